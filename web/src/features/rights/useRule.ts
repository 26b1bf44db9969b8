import { useDebouncedValue } from '@mantine/hooks'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { EnvironmentSource } from '../../api/source'
import type { Entity, Perimeter } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { askable } from './rules'

/** How long nothing is typed before a rule is asked about. */
const quiet_ms = 350

/** Asks the server about a rule: what is wrong with it, or how many records it lets through for whoever asks. */
export function ruleQuery(
  env: string,
  source: EnvironmentSource,
  entity: Entity,
  rule: string,
  perimeters: readonly Perimeter[],
) {
  return queryOptions({
    queryKey: keys.rule(env, entity.name, rule),
    queryFn: async ({ signal }): Promise<{ wrong: string } | { count: number } | null> => {
      const where = askable(rule, perimeters)
      const asked = source.list(entity.collection, { select: ['id'], top: 1, count: true, where }, { signal })
      try {
        return { count: (await asked)['@odata.count'] ?? 0 }
      } catch (fault) {
        const problem = asProblem(fault)
        // Whoever administers need not see the records themselves: saving has the last word.
        if (problem.status === 403 || problem.status === 404) return null
        if (problem.status !== 400) throw fault
        return { wrong: (problem.details.detail ?? problem.details.title).replace(/^\$where, p/, 'P') }
      }
    },
    retry: false,
  })
}

/** What there is to say about a rule as it is being typed. */
export function useRule(entity: Entity, rule: string, perimeters: readonly Perimeter[]) {
  const { dictionary, source } = useSurroundings()
  const [settled] = useDebouncedValue(rule.trim(), quiet_ms)
  const found = useQuery({
    ...ruleQuery(dictionary.environment.name, source, entity, settled, perimeters),
    enabled: settled !== '',
  })
  // What was said of another text says nothing of this one.
  return settled === rule.trim() && settled !== '' ? found.data : undefined
}
