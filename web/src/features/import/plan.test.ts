import { describe, expect, it } from 'vitest'
import type { Import } from '../../api/types'
import { mappingOf, planOf, proposedPlan, unknownValues } from './plan'

const column = (name: string, proposed: string | null) => ({
  name,
  proposed,
  because: null,
  examples: [],
  values: null,
  filled: 1,
})

const found = {
  detected: { columns: [column('Nom', 'name'), column('SIRET', 'siret'), column('Divers', null)] },
  targets: [
    { path: 'name', field: 'name', part: null, key: true, unique: false },
    { path: 'siret', field: 'siret', part: null, key: true, unique: true },
  ],
} as unknown as Import

describe('the plan of an import', () => {
  it('begins with what the server proposes, and the unique field as the key', () => {
    const plan = proposedPlan(found)
    expect(plan.targets).toEqual({ Nom: 'name', SIRET: 'siret' })
    expect(plan.key).toEqual(['siret'])
  })

  it('is a mapping and comes back from it', () => {
    const plan = { ...proposedPlan(found), values: { name: { a: 'b' } } }
    expect(planOf(found, mappingOf(plan))).toEqual(plan)
  })

  it('leaves out what concerns fields that no column feeds any more', () => {
    const plan = { ...proposedPlan(found), targets: { Nom: 'name' }, values: { siret: { a: 'b' } } }
    expect(mappingOf(plan)).toMatchObject({ columns: { name: 'Nom' }, values: {} })
    expect(mappingOf(plan)).not.toHaveProperty('key')
  })

  it('holds what no column feeds: the same on every row, or composed of columns', () => {
    const given = [
      { path: 'kind', from: 'same' as const, text: 'customer' },
      { path: 'name', from: 'columns' as const, text: '{Nom|proper} {Divers}' },
    ]
    const plan = { ...proposedPlan(found), targets: { SIRET: 'siret' }, given }
    expect(mappingOf(plan)).toMatchObject({
      columns: { siret: 'SIRET', name: '{Nom|proper} {Divers}' },
      constants: { kind: 'customer' },
    })
    expect(planOf(found, mappingOf(plan))).toEqual(plan)
  })

  it('takes a composed text without a column for what it is, and leaves out what is not said yet', () => {
    const given = [
      { path: 'name', from: 'columns' as const, text: 'Sans nom' },
      { path: 'kind', from: 'same' as const, text: '' },
      { path: null, from: 'same' as const, text: 'x' },
    ]
    const mapping = mappingOf({ ...proposedPlan(found), targets: { SIRET: 'siret' }, given })
    expect(mapping).toMatchObject({ columns: { siret: 'SIRET' }, constants: { name: 'Sans nom' } })
  })

  it('is none where a mapping says more', () => {
    expect(planOf(found, { columns: { name: 'Nom' }, only: { Divers: 'x' } })).toBeNull()
    expect(planOf(found, { columns: { name: 'Autre' } })).toBeNull()
  })

  it('knows the values that have to be translated, accents and case away', () => {
    expect(unknownValues([{ words: ['customer', 'Client fidèle'] }], ['CLIENT FIDELE', 'Perdu'])).toEqual(['Perdu'])
  })
})
