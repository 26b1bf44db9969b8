import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { keys } from '../api/keys'
import { asProblem } from '../api/problem'
import type { Favourite, SavedView } from '../api/types'
import { type Surroundings, useSurroundings } from '../dictionary/context'
import { problemWords } from '../ui/ProblemNotice'
import { say } from '../ui/toasts'

/** A favourite with all that is needed to show it and go there. */
export interface Shown {
  id: string
  target: string
  icon: string | null
  words: string
  /** What kind of thing it is. */
  beside: string
  to: string
  search: Record<string, unknown>
}

/** What the person keeps at hand, in the order they put it there. */
export function useFavourites() {
  const { dictionary, source, label, t } = useSurroundings()
  const client = useQueryClient()
  const env = dictionary.environment.name
  const found = useQuery({
    queryKey: keys.favourites(env),
    queryFn: ({ signal }) => source.favourites.list({ signal }),
    staleTime: 60_000,
    retry: false,
  })
  const list = found.data ?? []
  // The address of a view holds how it is arranged.
  const views = useQuery({
    queryKey: keys.savedViews(env),
    queryFn: ({ signal }) => source.views.list({ signal }),
    enabled: list.some((one) => one.kind === 'view'),
    staleTime: 60_000,
    retry: false,
  }).data
  const put = (next: (kept: Favourite[]) => Favourite[]) =>
    client.setQueryData<Favourite[]>(keys.favourites(env), (kept = []) => next(kept))
  const toggle = useMutation({
    mutationFn: async (target: string) => {
      const known = list.find((one) => one.target === target)
      if (!known) return { made: await source.favourites.add(target) }
      put((kept) => kept.filter((one) => one.id !== known.id))
      await source.favourites.remove(known.id)
      return { made: null }
    },
    onSuccess: ({ made }) => {
      if (made) put((kept) => [...kept.filter((one) => one.id !== made.id), made])
    },
    onError: (fault) => {
      const { title, hint } = problemWords(asProblem(fault), t)
      say({ tone: 'danger', text: title, hint })
      void client.invalidateQueries({ queryKey: keys.favourites(env) })
    },
  })
  return {
    favourites: list.flatMap((one) => shownAs(one, { dictionary, label, t }, views ?? [])),
    isFavourite: (target: string) => list.some((one) => one.target === target),
    toggle: (target: string) => toggle.mutate(target),
  }
}

function shownAs(
  favourite: Favourite,
  { dictionary, label, t }: Pick<Surroundings, 'dictionary' | 'label' | 't'>,
  views: SavedView[],
): Shown[] {
  const env = dictionary.environment.name
  const { id, target, name } = favourite
  const board = favourite.kind === 'dashboard' ? dictionary.dashboards.find((one) => one.name === name) : undefined
  if (board) {
    const words = label(board.label)
    return [{ id, target, icon: 'layout-dashboard', words, beside: '', to: `/e/${env}`, search: { board: board.name } }]
  }
  const entity = favourite.entity ? dictionary.entities[favourite.entity] : undefined
  if (!entity) return []
  const at = `/e/${env}/${entity.collection}`
  const shared = { id, target, icon: entity.icon }
  if (favourite.kind === 'list') return [{ ...shared, words: label(entity.plural), beside: '', to: at, search: {} }]
  const words = favourite.title || t('list.unnamed')
  if (favourite.kind === 'record')
    return [{ ...shared, words, beside: label(entity.label), to: `${at}/${name}`, search: {} }]
  const state = views.find((view) => view.id === name)?.state ?? {}
  return [{ ...shared, words, beside: label(entity.plural), to: at, search: { ...state, saved: name } }]
}
