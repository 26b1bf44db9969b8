import { createInstance } from 'i18next'
import { describe, expect, it } from 'vitest'
import type { Surroundings } from '../dictionary/context'
import { testDictionary, testEntity, testField } from '../dictionary/testDictionary'
import { sortAfter } from '../features/list/search'
import { fr } from '../i18n/fr'
import { type Condition, conditionsOf, textOf, whereOf } from './conditions'

const account = testEntity({
  name: 'account',
  fields: [
    testField({ name: 'name', type: 'text', label: { fr: 'Nom' } }),
    testField({ name: 'main_address', type: 'address', label: { fr: 'Adresse' } }),
    testField({ name: 'owner', type: 'reference', to: 'user', label: { fr: 'Responsable' } }),
  ],
})
const visit = testEntity({
  name: 'visit',
  label: { fr: 'Visite' },
  fields: [
    testField({ name: 'account', type: 'reference', to: 'account' }),
    testField({ name: 'starts_on', type: 'date', label: { fr: 'Début' } }),
  ],
})
// Two ways to an account: which one is meant cannot be told.
const relation = testEntity({
  name: 'relation',
  fields: [
    testField({ name: 'from', type: 'reference', to: 'account' }),
    testField({ name: 'to', type: 'reference', to: 'account' }),
  ],
})
const french = createInstance()
await french.init({ lng: 'fr', resources: { fr: { translation: fr } }, interpolation: { escapeValue: false } })

const dictionary = testDictionary(account, visit, relation)
const around = {
  dictionary,
  language: 'fr',
  manner: { language: 'fr', timeZone: 'Europe/Paris', currency: 'EUR' },
  t: french.getFixedT('fr'),
  label: (label: { fr?: string } | null | undefined) => label?.fr ?? '',
  mine: () => undefined,
} as unknown as Surroundings

const city = (v: string): Condition => ({ p: 'main_address.city', v: { o: 'equals', v } })

describe('conditions of a list', () => {
  it('are one expression, brackets where they are needed', () => {
    const where = (condition: Condition) => whereOf(around, account, condition)
    expect(where(city('Metz'))).toBe("main_address.city = 'Metz'")
    expect(where({ any: [city('Metz'), { all: [city("L'Isle"), { p: 'name', v: { o: 'filled' } }] }] })).toBe(
      "(main_address.city = 'Metz') or ((main_address.city = 'L''Isle') and (name != null))",
    )
    expect(where({ none: [city('Metz'), city('Nancy')] })).toBe(
      "not ((main_address.city = 'Metz') or (main_address.city = 'Nancy'))",
    )
    const seen: Condition = {
      without: 'visits',
      f: [{ p: 'starts_on', v: { o: 'range', a: '2026-01-01', b: '' } }],
    }
    expect(where(seen)).toBe("not exists(visits, starts_on >= date '2026-01-01')")
    expect(where({ with: 'visits' })).toBe('exists(visits)')
    expect(where({ all: [] })).toBeNull()
    expect(where({ with: 'relations' }), 'ambiguous').toBeNull()
    expect(where({ p: 'nothing', v: { o: 'filled' } })).toBeNull()
  })

  it('are said in plain words', () => {
    const said = (condition: Condition) => textOf(around, account, condition).replaceAll(/\s/g, ' ')
    expect(said({ all: [city('Metz'), { any: [city('Nancy'), { with: 'visits' }] }] })).toBe(
      'Ville : est Metz et (Ville : est Nancy ou avec visite)',
    )
    expect(said({ without: 'visits', f: [{ p: 'starts_on', v: { o: 'last', n: 6, u: 'months' } }] })).toBe(
      'sans visite (Début : depuis moins de 6 mois)',
    )
  })

  it('are read from any address, without what makes no sense', () => {
    const deep = (depth: number): unknown => (depth ? { any: [deep(depth - 1)] } : { p: 'name', v: { o: 'filled' } })
    expect(conditionsOf([{ p: 'name', v: { o: 'filled' } }, { p: 1 }, 'x', null, { with: 3 }, {}])).toEqual([
      { p: 'name', v: { o: 'filled' } },
    ])
    expect(conditionsOf([{ without: 'visits', f: [{ p: 'x', v: null }] }])).toEqual([{ without: 'visits' }])
    expect(JSON.stringify(conditionsOf([deep(20)])).match(/any/g)?.length).toBeLessThan(6)
  })
})

describe('the sort of a list', () => {
  it('turns round, gains criteria and loses them', () => {
    expect(sortAfter('name', 'name', false)).toBe('-name')
    expect(sortAfter('-name', 'name', false)).toBe('name')
    expect(sortAfter('name,-code', 'code', false)).toBe('code')
    expect(sortAfter('name', 'code', true)).toBe('name,code')
    expect(sortAfter('name,code', 'code', true)).toBe('name,-code')
    expect(sortAfter('name,-code', 'code', true)).toBe('name')
    expect(sortAfter('a,b,c,d,e', 'f', true)).toBe('b,c,d,e,f')
  })
})
