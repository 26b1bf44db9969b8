import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { readAnew } from '../../../api/cache'
import { keys } from '../../../api/keys'
import type { ListQuery } from '../../../api/source'
import type { Entity, RecordData } from '../../../api/types'
import { allOf, quoted } from '../../../api/where'
import { useSurroundings } from '../../../dictionary/context'
import { fieldOf } from '../../../dictionary/model'
import { fieldUi } from '../../../fields/registry'
import { useLive } from '../../../live/live'
import { type Happening, happenings, merged, type Rest, type Source } from './line'

/** Shown at once, and read of each source at once. */
const pageOf = 12
/** What is to come, of each source at most. */
const comingOf = 8
/** Changes come in bursts: the line is read again once they calm down. */
const calmMs = 500
/** Changes are heard while a line is shown: what happened elsewhere meanwhile is read when it is shown again. */
const staleTime = 0

/** What happened around a record, newest first, and what is to come, soonest first. */
export function useActivity(owner: Entity, record: RecordData, sources: Source[]) {
  const around = useSurroundings()
  const { dictionary, source, manner } = around
  const env = dictionary.environment.name
  const client = useQueryClient()
  const key = [...keys.record(env, owner.name, record.id), 'activity'] as const

  const query = (of: Source, when: 'past' | 'coming'): ListQuery => {
    const { activity, at, entity } = of
    const naming = fieldOf(entity, activity.by)
    const self = naming ? fieldUi(naming).names(owner, record.id) : record.id
    // Today's are still to come: a task that is due today is not past.
    const bound =
      at.type === 'date' ? (when === 'past' ? '< today()' : '>= today()') : when === 'past' ? '<= now()' : '> now()'
    const where = allOf([`${activity.by} = ${quoted(self)}`, `${activity.at} ${bound}`, activity.filter])
    const named = [of.at, of.kind, of.text, of.who].flatMap((field) => (field ? [field.name] : []))
    return {
      select: ['id', 'version', ...new Set(named)],
      ...(of.who ? { expand: [{ name: of.who.name, select: ['id'] }] } : {}),
      ...(where ? { where } : {}),
      order: when === 'past' ? [`-${activity.at}`, '-id'] : [activity.at, 'id'],
      top: when === 'past' ? pageOf : comingOf,
    }
  }

  const past = useInfiniteQuery({
    queryKey: [...key, 'past'],
    staleTime,
    initialPageParam: sources.map((): Rest => ({ waiting: [], link: undefined })),
    queryFn: async ({ pageParam, signal }) => {
      const filled = await Promise.all(
        sources.map(async (of, position) => {
          const rest = pageParam[position] ?? { waiting: [], link: undefined }
          if (rest.link === null || rest.waiting.length >= pageOf) return rest
          const page = rest.link
            ? await source.next(rest.link, { signal })
            : await source.list(of.entity.collection, query(of, 'past'), { signal })
          const link = page['@odata.nextLink'] ?? null
          return { waiting: [...rest.waiting, ...happenings(of, page.value, manner)], link }
        }),
      )
      return merged(filled, pageOf)
    },
    getNextPageParam: ({ rests }) =>
      rests.some((rest) => rest.waiting.length > 0 || rest.link !== null) ? rests : null,
  })
  const coming = useQuery({
    queryKey: [...key, 'coming'],
    staleTime,
    queryFn: async ({ signal }) => {
      const pages = await Promise.all(
        sources.map(async (of) =>
          happenings(of, (await source.list(of.entity.collection, query(of, 'coming'), { signal })).value, manner),
        ),
      )
      return pages.flat().sort((a, b) => (a.instant < b.instant ? -1 : 1))
    },
  })

  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(waiting.current), [])
  const again = () => readAnew(client, key)
  useLive((event) => {
    if (!sources.some((one) => one.entity.name === event.entity)) return
    clearTimeout(waiting.current)
    waiting.current = setTimeout(() => void again(), calmMs)
  })
  const shown: Happening[] = past.data?.pages.flatMap((page) => page.shown) ?? []
  return { past, coming, shown, again }
}
