/** Languages of the interface. French is the first. */
export type Language = 'fr' | 'en'

/** The region whose manners are followed: English here is European English, dates day first. */
export const locales: Record<Language, string> = { fr: 'fr-FR', en: 'en-GB' }

/** What formats depend on. */
export interface Manner {
  language: Language
  /** IANA name: the environment's, unless the person chose another. */
  timeZone: string
  /** Of the week: 1 is Monday, 7 Sunday. Absent: Monday, as in Europe. */
  firstDay?: number
  /** ISO 4217. */
  currency: string
}

const cache = new Map<string, unknown>()

/** Intl objects are slow to build and are asked for on every cell: one per distinct set of options. */
export function kept<T>(key: string, build: () => T): T {
  let found = cache.get(key) as T | undefined
  if (found === undefined) {
    found = build()
    cache.set(key, found)
  }
  return found
}
