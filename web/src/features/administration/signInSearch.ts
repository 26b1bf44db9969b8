import type { SignInEvent } from '../../api/types'
import { colours } from '../../signIns/events'

/** Which sign-ins are shown, as the address says. */
export interface SignInSearch {
  person?: string
  event?: SignInEvent['event']
}

export function signInSearchOf(search: Record<string, unknown>): SignInSearch {
  const { person, event } = search
  return {
    ...(typeof person === 'string' && person ? { person } : {}),
    ...(typeof event === 'string' && event in colours ? { event: event as SignInEvent['event'] } : {}),
  }
}
