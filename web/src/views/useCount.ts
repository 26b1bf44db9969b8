import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { keys } from '../api/keys'
import type { Entity } from '../api/types'
import { useSurroundings } from '../dictionary/context'
import type { Asked } from './kinds'

/** How many records a view is about. */
export function useCount(entity: Entity, asked: Asked, enabled: boolean): { count: number | null; capped: boolean } {
  const { dictionary, source } = useSurroundings()
  const { data } = useQuery({
    queryKey: keys.view(dictionary.environment.name, entity.name, 'count', asked),
    queryFn: ({ signal }) =>
      source.list(entity.collection, { ...asked, select: ['id'], top: 1, count: true }, { signal }),
    placeholderData: keepPreviousData,
    enabled,
  })
  return { count: data?.['@odata.count'] ?? null, capped: data?.['@tisserand.count_capped'] ?? false }
}
