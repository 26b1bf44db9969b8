import { useQuery } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { createContext, type ReactNode, useContext, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../api/keys'
import type { EnvironmentSource, PreferencesChange } from '../api/source'
import type { Dictionary, Label, Perimeter, Preferences } from '../api/types'
import type { Language, Manner } from '../format/locale'
import { usePreferencesOf } from '../personal/preferences'
import { labelText } from './model'

/** Everything a screen of one environment reads besides records. */
export interface Surroundings {
  dictionary: Dictionary
  source: EnvironmentSource
  language: Language
  manner: Manner
  t: TFunction
  label(label: Label | null | undefined): string
  /** How the person wants their screens here, on every device. */
  preferences: Preferences
  prefer(change: PreferencesChange): void
  /**
   * The record of an entity that the person who looks belongs to, by the only reference from people to it: their agency. `undefined` where
   * people belong to none, `null` where this one does not.
   */
  mine(entity: string | undefined): string | null | undefined
  /**
   * Set where conditions are kept for other people and other days, as the rules of profiles are: whoever asks and the day are then said by
   * name, never by who and what they are now. With it, what `in` may name beside records.
   */
  kept?: { perimeters: readonly Perimeter[] }
}

const SurroundingsContext = createContext<Surroundings | null>(null)

export function SurroundingsProvider(props: {
  dictionary: Dictionary
  source: EnvironmentSource
  children: ReactNode
}) {
  const { dictionary, source, children } = props
  const { t, i18n } = useTranslation()
  const language: Language = i18n.language === 'en' ? 'en' : 'fr'
  const [preferences, prefer] = usePreferencesOf(dictionary.environment.name, source)
  const people = Object.values(dictionary.entities).find((entity) => entity.name === 'user')
  const me = useQuery({
    queryKey: keys.me(dictionary.environment.name, dictionary.me.id),
    queryFn: ({ signal }) => source.record(people?.collection ?? '', dictionary.me.id, {}, { signal }),
    enabled: people !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  }).data
  const value = useMemo<Surroundings>(
    () => ({
      mine: (entity) => {
        const ways = people?.fields.filter(
          (field) => !field.system && field.type === 'reference' && field.to === entity,
        )
        const way = ways?.length === 1 ? ways[0] : undefined
        if (!way || !entity) return undefined
        const id = me?.[`${way.name}_id`]
        return typeof id === 'string' ? id : null
      },
      dictionary,
      source,
      language,
      t,
      preferences,
      prefer,
      manner: {
        language,
        timeZone: preferences.time_zone ?? dictionary.environment.time_zone,
        currency: dictionary.environment.currency,
        firstDay: preferences.first_day ?? 1,
      },
      label: (label) => labelText(label, language),
    }),
    [dictionary, source, language, t, people, me, preferences, prefer],
  )
  return <SurroundingsContext.Provider value={value}>{children}</SurroundingsContext.Provider>
}

/** Around conditions that are kept for other people and other days. */
export function KeptSurroundings(props: { perimeters: readonly Perimeter[]; children: ReactNode }) {
  const { perimeters, children } = props
  const around = useSurroundings()
  const value = useMemo(() => keptAround(around, perimeters), [around, perimeters])
  return <SurroundingsContext.Provider value={value}>{children}</SurroundingsContext.Provider>
}

/** What belongs to whoever writes a rule is nothing to those it is for. */
export function keptAround(around: Surroundings, perimeters: readonly Perimeter[]): Surroundings {
  return { ...around, mine: () => undefined, kept: { perimeters } }
}

export function useSurroundings(): Surroundings {
  const value = useContext(SurroundingsContext)
  if (!value) throw new Error('a screen of an environment is rendered outside it')
  return value
}
