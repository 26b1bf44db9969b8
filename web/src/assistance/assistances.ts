import { keys } from '../api/keys'
import type { EnvironmentSource } from '../api/source'

/** Every so often, milliseconds: what is asked for has to be seen while it waits. */
const often = 20_000

/** Support accesses of an environment, asked again while they are shown. */
export function assistancesOf(env: string, source: Pick<EnvironmentSource, 'administration'>) {
  return {
    queryKey: keys.administration(env, 'assistance'),
    queryFn: ({ signal }: { signal: AbortSignal }) => source.administration.assistance.list({ signal }),
    refetchInterval: often,
  }
}
