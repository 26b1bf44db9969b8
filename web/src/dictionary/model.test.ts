import { describe, expect, it } from 'vitest'
import {
  effective,
  isListable,
  labelText,
  neededFor,
  ownerOf,
  type ResolvedPath,
  resolvePath,
  sortPath,
  titlePaths,
} from './model'
import { testDictionary, testEntity, testField } from './testDictionary'

const user = testEntity({ name: 'user', fields: [testField({ name: 'name', type: 'text' })] })
const account = testEntity({
  name: 'account',
  fields: [
    testField({ name: 'name', type: 'text' }),
    testField({ name: 'main_address', type: 'address' }),
    testField({ name: 'owner', type: 'reference', to: 'user' }),
  ],
})
const site = testEntity({
  name: 'site',
  fields: [testField({ name: 'name', type: 'text' }), testField({ name: 'account', type: 'reference', to: 'account' })],
})
const dictionary = testDictionary(user, account, site)
const resolve = (path: string) => resolvePath(dictionary, site, path)
const found = (path: string) => resolve(path) as ResolvedPath

describe('paths', () => {
  it('go through references and into addresses', () => {
    expect(found('account.main_address.city')).toMatchObject({ part: 'city', field: { name: 'main_address' } })
    expect(found('account.owner.name').through.map((field) => field.name)).toEqual(['account', 'owner'])
  })

  it('lead nowhere when a name is wrong', () => {
    for (const path of ['nothing', 'name.city', 'account.main_address.street', 'account.'])
      expect(resolve(path)).toBeNull()
  })

  it('are listed as far as one expansion brings them', () => {
    expect(isListable(found('account'))).toBe(true)
    expect(isListable(found('account.name'))).toBe(true)
    expect(isListable(found('account.owner'))).toBe(false)
    expect(isListable(found('account.owner.name'))).toBe(false)
  })

  it('say what to ask for, each thing once', () => {
    expect(neededFor(['name', 'account', 'account.name', 'account.main_address.city'].map(found))).toEqual({
      select: ['id', 'version', 'name', 'account'],
      expand: [{ name: 'account', select: ['id', 'name', 'main_address'] }],
    })
  })

  it('find the record that holds the value', () => {
    const record = { id: '1', account: { id: '2', name: 'Acme' } }
    expect(ownerOf(found('account.name'), record)).toEqual({ id: '2', name: 'Acme' })
    expect(ownerOf(found('account.name'), { id: '1', account: null })).toBeNull()
  })

  it('sort a reference by what its records are called', () => {
    expect(sortPath(dictionary, found('account'))).toBe('account.name')
    expect(sortPath(dictionary, found('account.main_address.city'))).toBe('account.main_address.city')
    expect(sortPath(dictionary, found('account.main_address'))).toBeNull()
  })
})

describe('labels and titles', () => {
  it('fall back to French', () => {
    expect(labelText({ fr: 'Tiers', en: 'Account' }, 'en')).toBe('Account')
    expect(labelText({ fr: 'Tiers' }, 'en')).toBe('Tiers')
    expect(labelText(null, 'fr')).toBe('')
  })

  it('name the paths of a title', () => {
    expect(titlePaths('{name} — {account.name}')).toEqual(['name', 'account.name'])
  })
})

describe('a computed field', () => {
  it('is shown as what it returns and is never written', () => {
    const field = testField({ name: 'left', type: 'computed', returns: 'money', currency: 'USD' })
    expect(effective(field)).toMatchObject({ name: 'left', type: 'money', currency: 'USD', read_only: true })
    expect(effective({ ...field, returns: 'integer' })).toMatchObject({ type: 'integer' })
  })
})
