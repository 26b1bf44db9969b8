import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { keys } from '../api/keys'
import type { IdentityProvider } from '../api/types'
import { source } from '../app/source'

/** Ways to sign in that the company of an address has of its own. */
export function useProviders(email: string): IdentityProvider[] {
  const typed = /@([^@\s]+\.[^@\s.]{2,})$/.exec(email.trim())?.[1]?.toLowerCase() ?? ''
  // Asked once one has typed, not at each letter.
  const [domain] = useDebouncedValue(typed, 250)
  const found = useQuery({
    queryKey: keys.providers(domain),
    queryFn: ({ signal }) => source.session.providers(domain, { signal }),
    enabled: domain !== '',
  })
  return domain === typed ? (found.data ?? []) : []
}
