import { readLocalStorageValue } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { ViewChange } from '../../api/source'
import type { Entity, SavedView } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import { arrangement, type ListSearch, listSearchOf } from './search'

/** Views of a list, and what may be done to them. */
export interface Views {
  /** Not known yet. */
  loading: boolean
  /** Those with a name, the person's own first. */
  named: SavedView[]
  /** What the list opens with when nothing is asked: the person's own choice, else everybody's. */
  first: SavedView | undefined
  /** Columns the person last chose for the list as it comes. */
  columns: string | undefined
  keepColumns(columns: string | undefined): void
  create(name: string, state: ListSearch, change: ViewChange): Promise<SavedView | null>
  change(view: SavedView, change: ViewChange & { name?: string }): Promise<void>
  remove(view: SavedView): Promise<void>
}

/** A view that a person did not name: their columns of the list as it comes. */
const unnamed = 'columns'

function isUnnamed(view: SavedView): boolean {
  return view.state.own === unnamed
}

/** The arrangement that a view keeps. */
export function stateOf(view: SavedView): ListSearch {
  return arrangement(listSearchOf(view.state))
}

export function useViews(entity: Entity): Views {
  const { dictionary, source, t } = useSurroundings()
  const client = useQueryClient()
  const env = dictionary.environment.name
  const found = useQuery({
    queryKey: keys.savedViews(env),
    queryFn: ({ signal }) => source.views.list({ signal }),
    staleTime: 60_000,
    retry: false,
  })
  const all = (found.data ?? []).filter((view) => view.entity === entity.name)
  const own = all.find((view) => view.mine && isUnnamed(view))
  const named = all.filter((view) => !isUnnamed(view)).sort((a, b) => Number(b.mine) - Number(a.mine))
  const put = (change: (views: SavedView[]) => SavedView[]) =>
    client.setQueryData<SavedView[]>(keys.savedViews(env), (views = []) => change(views))
  const told = async <T>(work: Promise<T>): Promise<T | null> => {
    try {
      return await work
    } catch (fault) {
      const { title, hint } = problemWords(asProblem(fault), t)
      say({ tone: 'danger', text: title, hint })
      void client.invalidateQueries({ queryKey: keys.savedViews(env) })
      return null
    }
  }
  // Opening first is for one view at a time: the server takes it from the others, so they are read again.
  const settle = (change: ViewChange) => {
    if (change.first !== undefined) void client.invalidateQueries({ queryKey: keys.savedViews(env) })
  }
  const keepColumns = (columns: string | undefined) => {
    const state = { own: unnamed, ...(columns ? { cols: columns } : {}) }
    if (own) {
      put((views) => views.map((view) => (view.id === own.id ? { ...view, state } : view)))
      void told(source.views.change(own.id, { state }))
    } else {
      const made = source.views.create({ name: unnamed, entity: entity.name, state })
      void told(made).then((view) => view && put((views) => [...views, view]))
    }
  }
  useFormerColumns(env, entity, found.isSuccess && own === undefined, keepColumns)
  return {
    loading: found.isPending,
    named,
    first:
      named.find((view) => view.mine && !view.shared && view.first) ?? named.find((view) => view.shared && view.first),
    columns: typeof own?.state.cols === 'string' ? own.state.cols : undefined,
    keepColumns,
    create: async (name, state, change) => {
      const view = await told(source.views.create({ name, entity: entity.name, ...change, state: { ...state } }))
      if (view) put((views) => [...views, view].sort((a, b) => a.name.localeCompare(b.name)))
      settle(change)
      return view
    },
    change: async (view, change) => {
      put((views) => views.map((one) => (one.id === view.id ? { ...one, ...change } : one)))
      await told(source.views.change(view.id, change))
      settle(change)
    },
    remove: async (view) => {
      put((views) => views.filter((one) => one.id !== view.id))
      await told(source.views.remove(view.id))
    },
  }
}

/** Columns that an earlier version kept on this device move to where every device of the person finds them. */
function useFormerColumns(env: string, entity: Entity, ready: boolean, keep: (columns: string) => void): void {
  const key = `tisserand.columns ${env} ${entity.name}`
  const latest = useRef(keep)
  latest.current = keep
  useEffect(() => {
    if (!ready) return
    const former = readLocalStorageValue<string | undefined>({ key })
    localStorage.removeItem(key)
    if (former) latest.current(former)
  }, [ready, key])
}
