import { useQuery } from '@tanstack/react-query'
import { keys } from '../../api/keys'
import type { Profile } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'

/** The profiles of the environment and the perimeters of their rules, for who administers. */
export function useProfiles() {
  const { dictionary, source } = useSurroundings()
  return useQuery({
    queryKey: keys.administration(dictionary.environment.name, 'profiles'),
    enabled: dictionary.me.powers.includes('administer'),
    queryFn: ({ signal }) => source.administration.profiles({ signal }),
  })
}

/** Everybody who may enter, to say who holds a profile. */
export function usePeople() {
  const { dictionary, source } = useSurroundings()
  return useQuery({
    queryKey: keys.administration(dictionary.environment.name, 'people'),
    enabled: dictionary.me.powers.includes('administer'),
    queryFn: ({ signal }) => source.administration.people({ signal }),
    // An invitation leaves a moment after it was asked for: seen once it has.
    refetchInterval: ({ state }) =>
      state.data?.value.some(({ invitation }) => invitation?.state === 'waiting' && !invitation.error) ? 2_000 : false,
  })
}

/** Where a profile comes from, in words. */
export function useOrigin(): (profile: Profile) => string {
  const { dictionary, label, t } = useSurroundings()
  return ({ layer }) => {
    if (layer === 'client') return t('rights.origin.own')
    if (layer === 'system') return t('rights.origin.builtIn')
    const module = dictionary.modules.find((one) => one.name === layer)
    return t('rights.origin.module', { name: module ? label(module.label) : layer })
  }
}
