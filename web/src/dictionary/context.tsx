import type { TFunction } from 'i18next'
import { createContext, type ReactNode, useContext, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { EnvironmentSource } from '../api/source'
import type { Dictionary, Label } from '../api/types'
import type { Language, Manner } from '../format/locale'
import { labelText } from './model'

/** Everything a screen of one environment reads besides records. */
export interface Surroundings {
  dictionary: Dictionary
  source: EnvironmentSource
  language: Language
  manner: Manner
  t: TFunction
  label(label: Label | null | undefined): string
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
  const value = useMemo<Surroundings>(
    () => ({
      dictionary,
      source,
      language,
      t,
      manner: { language, timeZone: dictionary.environment.time_zone, currency: dictionary.environment.currency },
      label: (label) => labelText(label, language),
    }),
    [dictionary, source, language, t],
  )
  return <SurroundingsContext.Provider value={value}>{children}</SurroundingsContext.Provider>
}

export function useSurroundings(): Surroundings {
  const value = useContext(SurroundingsContext)
  if (!value) throw new Error('a screen of an environment is rendered outside it')
  return value
}
