import { createInstance } from 'i18next'
import { describe, expect, it } from 'vitest'
import { allOf } from '../api/where'
import { keptAround, type Surroundings } from '../dictionary/context'
import { testDictionary, testEntity, testField } from '../dictionary/testDictionary'
import { fr } from '../i18n/fr'
import { whereOf } from './conditions'
import { canonical, parsed } from './parse'
import { readConditions } from './read'

const account = testEntity({
  name: 'account',
  fields: [
    testField({ name: 'id', type: 'text', system: true }),
    testField({ name: 'name', type: 'text' }),
    testField({ name: 'kind', type: 'choice', list: 'kind' }),
    testField({ name: 'owner', type: 'reference', to: 'user' }),
    testField({ name: 'structure', type: 'reference', to: 'structure' }),
    testField({ name: 'blocked', type: 'boolean' }),
    testField({ name: 'founded', type: 'date' }),
    testField({ name: 'seen', type: 'datetime' }),
    testField({ name: 'employees', type: 'integer' }),
    testField({ name: 'main_address', type: 'address' }),
  ],
})
const user = testEntity({
  name: 'user',
  fields: [testField({ name: 'structure', type: 'reference', to: 'structure' })],
})
const structure = testEntity({ name: 'structure', fields: [testField({ name: 'name', type: 'text' })] })
const visit = testEntity({
  name: 'visit',
  fields: [
    testField({ name: 'account', type: 'reference', to: 'account' }),
    testField({ name: 'owner', type: 'reference', to: 'user' }),
  ],
})
const french = createInstance()
await french.init({ lng: 'fr', resources: { fr: { translation: fr } }, interpolation: { escapeValue: false } })
const perimeters = [
  {
    name: 'my_structures',
    label: { fr: 'ma structure et celles au-dessous' },
    of: 'structure',
    where: '',
    beneath: null,
  },
]
const around = keptAround(
  {
    dictionary: testDictionary(account, user, structure, visit),
    language: 'fr',
    manner: { language: 'fr', timeZone: 'Europe/Paris', currency: 'EUR' },
    t: french.getFixedT('fr'),
    label: (label: { fr?: string } | null | undefined) => label?.fr ?? '',
    mine: () => 'the one who writes',
  } as unknown as Surroundings,
  perimeters,
)

describe('what is written', () => {
  it('opens as conditions that say the same', () => {
    for (const text of [
      'owner = me()',
      'owner = me() or structure in (my_structures())',
      'owner.structure in (my_structures())',
      'not blocked and (owner = me() or structure in (my_structures()))',
      "kind in ('customer', 'prospect') or kind = null",
      "name contains 'L''Isle' and name starts with 'A' and main_address.city = 'Metz'",
      'founded >= today() - days(30) and founded <= today()',
      'date(seen) <= today() - days(8) or seen = null',
      "founded >= date '2026-01-01'",
      'employees >= 5 and employees <= 50',
      'not (owner = me() or blocked)',
      'exists(visits, owner = me()) and not exists(visits)',
      "id in ('0192f3a0-7e1c-7c3a-9f5e-0123456789ab')",
      'blocked or blocked = false',
    ]) {
      const read = readConditions(around, account, text)
      expect(read, text).toHaveProperty('conditions')
      if (!('conditions' in read)) continue
      const again = allOf(read.conditions.map((one) => whereOf(around, account, one))) ?? ''
      expect(canonical(parsed(again)), text).toBe(canonical(parsed(text)))
    }
  })

  it('is said to be beyond the builder where it is, with the part that is', () => {
    const beyond = (text: string) => {
      const read = readConditions(around, account, text)
      return 'beyond' in read ? read.beyond : null
    }
    expect(beyond('owner = me() or length(name) > 3')).toBe('length(name) > 3')
    expect(beyond('owner = structure')).toBe('owner = structure')
    expect(beyond("name ends with 'x'")).toBe('name ends with')
    expect(beyond('exists(guests, owner = me())')).toBe('exists(guests…)')
    expect(beyond('owner = me() and')).not.toBeNull()
    expect(beyond('founded >= today() - days(30)')).toBe('founded >=')
    expect(beyond('owner.nothing = 3')).toBe('owner.nothing =')
    expect(beyond('')).toBeNull()
  })
})
