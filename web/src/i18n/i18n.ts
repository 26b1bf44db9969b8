import i18next, { type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Language } from '../format/locale'
import { en } from './en'
import { fr } from './fr'

const storageKey = 'tisserand.language'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof fr }
  }
}

/** The language to begin with: the one last used here, else the browser's, else French. */
export function firstLanguage(stored: string | null, preferred: readonly string[]): Language {
  const known = [stored, ...preferred].map((code) => code?.slice(0, 2).toLowerCase())
  return known.find((code): code is Language => code === 'fr' || code === 'en') ?? 'fr'
}

/** French puts an unbreakable space before tall punctuation; texts are written with plain ones. */
export function withFrenchSpaces<T>(texts: T): T {
  if (typeof texts === 'string') {
    return texts
      .replace(/ ([;!?])/g, '\u202f$1')
      .replace(/ ([:»])/g, '\u00a0$1')
      .replace(/« /g, '«\u00a0') as T
  }
  return Object.fromEntries(Object.entries(texts as object).map(([key, value]) => [key, withFrenchSpaces(value)])) as T
}

/** Starts translation; ready at once, since texts come with the application. */
export function startI18n(): i18n {
  const language = firstLanguage(localStorage.getItem(storageKey), navigator.languages)
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'fr',
    resources: { fr: { translation: withFrenchSpaces(fr) }, en: { translation: en } },
    interpolation: { escapeValue: false }, // React escapes
    initAsync: false,
  })
  document.documentElement.lang = language
  return i18next
}

/** Changes the language of the screens and remembers it here. */
export function speak(language: Language): void {
  if (i18next.language === language) return
  localStorage.setItem(storageKey, language)
  document.documentElement.lang = language
  void i18next.changeLanguage(language)
}
