import { describe, expect, it } from 'vitest'
import { testEntity, testField } from '../../dictionary/testDictionary'
import { staleWrite } from './conflict'
import { fieldsWithMessages, sortMessages } from './messages'

const entity = testEntity({
  name: 'order',
  fields: [
    testField({ name: 'updated_at', type: 'datetime', system: true }),
    testField({ name: 'name', type: 'text' }),
    testField({ name: 'account', type: 'reference', to: 'account' }),
    testField({ name: 'main_address', type: 'address' }),
    testField({ name: 'lines', type: 'lines' }),
  ],
})

describe('a refused write', () => {
  const change = (at: string, name: string) => ({ from: 'a', to: 'b', at, by: { id: name, name } })
  const details = {
    status: 412,
    code: 'stale',
    title: '',
    current: { id: '1', version: 9 },
    changes: {
      name: change('2026-01-01T00:00:00Z', 'Ada'),
      account_id: change('2026-01-02T00:00:00Z', 'Bea'),
      updated_at: change('2026-01-02T00:00:00Z', 'Bea'),
    },
  }

  it('is a conflict only on the fields edited here', () => {
    const write = staleWrite(entity, details, ['account'])
    expect(write?.conflicts.map((conflict) => conflict.field)).toEqual(['account'])
    expect(write?.others).toEqual(['name'])
    expect(write?.who).toBe('Bea')
  })

  it('is no conflict when other fields were edited', () => {
    expect(staleWrite(entity, details, ['main_address'])?.conflicts).toEqual([])
  })

  it('says nothing when the server did not say what changed', () => {
    expect(staleWrite(entity, { status: 412, code: 'stale', title: '' }, ['name'])).toBeNull()
  })
})

describe('messages of the server', () => {
  it('go to their field, to the part of it, or above the form', () => {
    const sorted = sortMessages(entity, {
      name: 'obligatoire',
      account_id: 'inconnu',
      'main_address.city': 'trop long',
      'lines[2].quantity': 'négatif',
      elsewhere: 'non',
    })
    expect(sorted.own).toEqual({ name: 'obligatoire', account: 'inconnu' })
    expect(sorted.parts).toEqual({ main_address: { '.city': 'trop long' }, lines: { '[2].quantity': 'négatif' } })
    expect(sorted.others).toEqual(['non'])
    expect([...fieldsWithMessages(sorted)].sort()).toEqual(['account', 'lines', 'main_address', 'name'])
  })
})
