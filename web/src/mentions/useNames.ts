import { useQueries } from '@tanstack/react-query'
import { useSurroundings } from '../dictionary/context'
import { titleOf } from '../dictionary/model'
import type { Mentioned } from './text'

/** What people who are mentioned are called now; what they were called when it was written, until that is known or where they are gone. */
export function useNames(people: Mentioned[]): (person: Mentioned) => string {
  const { dictionary, source } = useSurroundings()
  const collection = dictionary.entities.user?.collection
  const found = useQueries({
    queries: people.map(({ id }) => ({
      queryKey: ['title', dictionary.environment.name, 'user', id],
      enabled: collection !== undefined,
      staleTime: 300_000,
      retry: false,
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        titleOf(await source.record(collection ?? '', id, {}, { signal })),
    })),
  })
  return ({ id, name }) => found[people.findIndex((one) => one.id === id)]?.data || name
}
