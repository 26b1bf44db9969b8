import { useQuery } from '@tanstack/react-query'
import { keys } from '../../api/keys'
import type { Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { useRows } from '../../table/useRows'
import { lastList } from '../../visits/lastList'

/** One record with what its form shows of others: the names of those it refers to, and its lines. */
export function useRecord(entity: Entity, id: string) {
  const { dictionary, source } = useSurroundings()
  const expand = entity.fields
    .filter((field) => field.type === 'reference' || field.type === 'lines')
    .map(({ name, type }) => (type === 'lines' ? { name } : { name, select: ['id'] }))
  return useQuery({
    queryKey: keys.record(dictionary.environment.name, entity.name, id),
    queryFn: ({ signal }) => source.record(entity.collection, id, { expand }, { signal }),
    staleTime: 10_000,
  })
}

/** The records before and after this one in the list it was opened from. */
export function useNeighbours(
  entity: Entity,
  id: string,
): { previous: string | null; next: string | null; place: string } {
  const { dictionary } = useSurroundings()
  const list = lastList(dictionary.environment.name, entity.name)
  const { rows, count } = useRows(entity, list?.query ?? { top: 1, where: 'false' }, list !== undefined)
  const at = rows.findIndex((row) => row.id === id)
  if (!list || at < 0) return { previous: null, next: null, place: '' }
  return {
    previous: rows[at - 1]?.id ?? null,
    next: rows[at + 1]?.id ?? null,
    place: count ? `${at + 1} / ${count}` : '',
  }
}
