import type { TFunction } from 'i18next'
import { fr } from '../i18n/fr'

/** The word for a profile; an unknown one is its own word. */
export function profileWord(profile: string, t: TFunction): string {
  return profile in fr.environments.profile
    ? t(`environments.profile.${profile as keyof typeof fr.environments.profile}`)
    : profile
}
