import { useQuery } from '@tanstack/react-query'
import { quoted } from '../api/where'
import { useSurroundings } from '../dictionary/context'
import { titleOf } from '../dictionary/model'
import { useVisits, type Visit } from '../visits/visits'

/**
 * Records opened lately on this device, by their name now. Those that are gone, or no longer for this person, leave silently; until the
 * server said so, what was remembered is shown.
 */
export function useRecents(): Visit[] {
  const { dictionary, source } = useSurroundings()
  const env = dictionary.environment.name
  const { recent } = useVisits(dictionary)
  const kept = recent.filter((visit) => dictionary.entities[visit.entity])
  const ids = kept.map((visit) => visit.id)
  const titles = useQuery({
    queryKey: ['recents', env, ids],
    enabled: kept.length > 0,
    staleTime: 15_000,
    retry: false,
    queryFn: async ({ signal }) => {
      const entities = [...new Set(kept.map((visit) => visit.entity))]
      const pages = entities.map((name) => {
        const of = kept.filter((visit) => visit.entity === name).map((visit) => quoted(visit.id))
        const query = { select: ['id'], where: `id in (${of.join(', ')})`, top: of.length }
        return source.list(dictionary.entities[name]?.collection ?? '', query, { signal })
      })
      const found = (await Promise.all(pages)).flatMap((page) => page.value)
      return new Map(found.map((record) => [record.id, titleOf(record)]))
    },
    structuralSharing: false,
  }).data
  if (!titles) return kept
  return kept.flatMap((visit) => {
    const title = titles.get(visit.id)
    return title === undefined ? [] : [{ ...visit, title }]
  })
}
