import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { keys } from '../../api/keys'
import type { EnvironmentSource, ListQuery } from '../../api/source'
import type { Entity, RecordData } from '../../api/types'
import { allOf } from '../../api/where'
import { useSurroundings } from '../../dictionary/context'
import { fieldOf } from '../../dictionary/model'
import type { Asked } from '../kinds'
import type { Look } from '../look'
import { type Happening, happeningsOf, type When, whereIn } from './happenings'

/** Records read for one stretch of days at most: beyond, a filter is the answer. */
const most = 3000

/** What calendars know of series beside when. */
type Series = Pick<Entity['views']['calendar'] & object, 'recurrence' | 'exceptions' | 'series' | 'occurrence'>

/** When the records of a view take place. */
export function whenOf(
  entity: Entity,
  view: Pick<Entity['views']['timeline'] & object, 'starts' | 'ends' | 'all_day'> & Partial<Series>,
): When {
  return {
    starts: view.starts,
    ends: view.ends,
    allDay: view.all_day,
    recurrence: view.recurrence ?? null,
    exceptions: view.exceptions ?? null,
    series: view.series ?? null,
    occurrence: view.occurrence ?? null,
    dated: fieldOf(entity, view.starts)?.type === 'date',
  }
}

/** The fields that a view reads to know when. */
export function pathsOf(when: When): string[] {
  return [when.starts, when.ends, when.allDay, when.recurrence, when.exceptions].filter(
    (path): path is string => path !== null,
  )
}

/** Happenings from the day `first` to before the day `end`. */
export function useHappenings(entity: Entity, when: When, look: Look, asked: Asked, first: string, end: string) {
  const { dictionary, source, manner } = useSurroundings()
  const where = allOf([asked.where, whereIn(when, manner, first, end)])
  const query: ListQuery = { ...look.needed, ...asked, order: [when.starts], top: 500, count: true }
  if (where) query.where = where
  const found = useQuery({
    queryKey: keys.view(dictionary.environment.name, entity.name, 'happenings', query),
    queryFn: ({ signal }) => allRecords(source, entity.collection, query, signal),
    placeholderData: keepPreviousData,
  })
  const happenings: Happening[] = happeningsOf(found.data?.records ?? [], when, manner, first, end)
  return {
    happenings,
    loading: found.isPending,
    outdated: found.isPlaceholderData,
    tooMany: found.data?.tooMany ?? false,
    problem: found.error,
    again: () => void found.refetch(),
  }
}

async function allRecords(
  source: EnvironmentSource,
  collection: string,
  query: ListQuery,
  signal: AbortSignal,
): Promise<{ records: RecordData[]; tooMany: boolean }> {
  let page = await source.list(collection, query, { signal })
  const records = [...page.value]
  while (page['@odata.nextLink'] && records.length < most) {
    page = await source.next(page['@odata.nextLink'], { signal, top: 1000 })
    records.push(...page.value)
  }
  return { records, tooMany: page['@odata.nextLink'] !== undefined }
}
