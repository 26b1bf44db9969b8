import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { type KeptColumn, writeColumns } from '../../table/columns'
import { arrangement, groupColumn, type ListSearch, listColumns, listQueryOf } from './search'
import { stateOf, useViews } from './useViews'

/** Everything a list shows, from its address and the views kept for the person, and how it is changed. */
export function useListState(entity: Entity) {
  const around = useSurroundings()
  const search = useSearch({ from: '/e/$env/$collection' }) as ListSearch
  const navigate = useNavigate({ from: '/e/$env/$collection' })
  const views = useViews(entity)
  const view = views.named.find((one) => one.id === search.saved)
  const bare = Object.keys(arrangement(search)).length === 0
  const first = bare && !search.saved ? views.first : undefined
  const go = (next: ListSearch, replace: boolean) => void navigate({ search: next as never, replace })
  // A list asked for without more opens as the person, or everybody, has it opened first. The address then says so.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `go` is new at every drawing; which view it is decides
  useEffect(() => {
    if (first) go({ ...stateOf(first), saved: first.id, ...(search.show ? { show: search.show } : {}) }, true)
  }, [first?.id])

  const columns = listColumns(around, entity, search, views.columns)
  const query = listQueryOf(around, entity, search, columns)
  const change = (next: Partial<ListSearch>, replace = false) => {
    const merged = { ...search, ...next }
    const kept = arrangement(merged)
    go(
      { ...kept, ...(merged.saved ? { saved: merged.saved } : {}), ...(merged.show ? { show: merged.show } : {}) },
      replace,
    )
  }
  const setColumns = (next: KeptColumn[] | null) => {
    const text = next ? writeColumns(next) : undefined
    if (!view) views.keepColumns(text)
    change({ cols: text }, true)
  }
  return {
    entity,
    search,
    views,
    view,
    /** Whether the list is no longer as its view keeps it. */
    changed: view !== undefined && !same(arrangement(search), stateOf(view)),
    /** The first view is on its way: asking for rows now would ask twice. */
    waiting: bare && !search.saved && (views.loading || first !== undefined),
    columns,
    query,
    grouping: groupColumn(around, entity, search),
    change,
    setColumns,
    /** Shows a view, or with none the list as it comes. */
    open: (next: { id: string; state: ListSearch } | null) =>
      go(next ? { ...next.state, saved: next.id } : { saved: 'all' }, false),
  }
}

export type ListState = ReturnType<typeof useListState>

/** Whether two arrangements say the same, in whatever order. */
export function same(a: ListSearch, b: ListSearch): boolean {
  const plain = (search: ListSearch) => JSON.stringify(Object.entries(search).sort(([x], [y]) => x.localeCompare(y)))
  return plain(a) === plain(b)
}
