import { type InfiniteData, useQueryClient } from '@tanstack/react-query'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Entity, Page, RecordData } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { titleOf } from '../../dictionary/model'
import { problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import { moveOf } from './moves'

type Pages = InfiniteData<Page, unknown>

/** Moves a card at once, tells the server, offers to take it back; puts it back and says why when the server refuses. */
export function useMove(entity: Entity, by: string, word: (tag: string) => string) {
  const client = useQueryClient()
  const { source, dictionary, t } = useSurroundings()
  const env = dictionary.environment.name
  const columns = keys.view(env, entity.name, 'board', 'column')

  /** Takes the card out of every column and puts it first in its new one; returns how to put it back. */
  const place = (record: RecordData, to: string) => {
    const kept = client.getQueriesData<Pages>({ queryKey: columns })
    const moved = { ...record, [by]: to }
    for (const [key, pages] of kept) {
      if (!pages) continue
      const target = key[columns.length] === to
      const without = pages.pages.map((page) =>
        counted(
          page,
          page.value.filter((row) => row.id !== record.id),
        ),
      )
      const [first, ...rest] = without
      if (!first) continue
      client.setQueryData<Pages>(key, {
        ...pages,
        pages: target ? [counted(first, [moved, ...first.value]), ...rest] : without,
      })
    }
    return () => {
      for (const [key, pages] of kept) client.setQueryData(key, pages)
    }
  }

  return async function move(record: RecordData, to: string, undoing = false): Promise<void> {
    const from = String(record[by])
    const way = moveOf(entity, by, from, to)
    const title = titleOf(record) || t('list.unnamed')
    if (way.kind === 'none') return
    if (way.kind === 'refused') {
      say(
        {
          tone: 'danger',
          text: t('view.refused', { title, from: word(from), to: word(to) }),
          hint: way.ways.length ? t('view.ways', { ways: way.ways.map(word).join(', ') }) : t('view.noWay'),
        },
        8000,
      )
      return
    }
    await client.cancelQueries({ queryKey: columns })
    const restore = place(record, to)
    try {
      const saved =
        way.kind === 'set'
          ? await source.update(entity.collection, record.id, { [by]: to })
          : await source.transition(entity.collection, record.id, way.transition.name)
      const back = moveOf(entity, by, to, from).kind
      const undo = { label: t('record.undo'), run: () => void move({ ...record, ...saved, [by]: to }, from, true) }
      say(
        {
          tone: 'done',
          text: t('view.moved', { title, to: word(to) }),
          ...(back === 'refused' || undoing ? {} : { action: undo }),
        },
        6000,
      )
    } catch (fault) {
      restore()
      const { title: what, hint } = problemWords(asProblem(fault), t)
      say({ tone: 'danger', text: t('view.moveFailed', { title, to: word(to) }), hint: hint || what })
    } finally {
      void client.invalidateQueries({ queryKey: keys.views(env, entity.name) })
      void client.invalidateQueries({ queryKey: keys.record(env, entity.name, record.id) })
      void client.invalidateQueries({ queryKey: keys.lists(env, entity.name), refetchType: 'none' })
    }
  }
}

function counted(page: Page, value: RecordData[]): Page {
  const count = page['@odata.count']
  const more = value.length - page.value.length
  return { ...page, value, ...(count === undefined ? {} : { '@odata.count': count + more }) }
}
