import { describe, expect, it } from 'vitest'
import { en } from './en'
import { fr } from './fr'
import { firstLanguage, withFrenchSpaces } from './i18n'

/** Every text by its path. */
function texts(node: object, path = ''): [string, string][] {
  return Object.entries(node).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : texts(value, `${path}${key}.`),
  )
}

const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((found) => found[1]).sort()

describe('texts', () => {
  it('exist in both languages with the same holes', () => {
    const english = new Map(texts(en))
    for (const [path, text] of texts(fr)) expect(holes(english.get(path) ?? ''), path).toEqual(holes(text))
  })

  it('begin in the language of the person, of the browser, else in French', () => {
    expect(firstLanguage(null, ['de-DE', 'en-GB'])).toBe('en')
    expect(firstLanguage('fr', ['en-GB'])).toBe('fr')
    expect(firstLanguage(null, ['de'])).toBe('fr')
  })

  it('keep tall punctuation with its word in French', () => {
    expect(withFrenchSpaces({ a: { b: '« Quitter » ? Oui : non' } })).toEqual({
      a: { b: '«\u00a0Quitter\u00a0»\u202f? Oui\u00a0: non' },
    })
  })
})
