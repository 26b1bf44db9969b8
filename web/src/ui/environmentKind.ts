import type { TFunction } from 'i18next'
import { fr } from '../i18n/fr'

/** The word for a kind of environment; an unknown kind is its own word. */
export function kindWord(kind: string, t: TFunction): string {
  return kind in fr.environments.kind ? t(`environments.kind.${kind as keyof typeof fr.environments.kind}`) : kind
}
