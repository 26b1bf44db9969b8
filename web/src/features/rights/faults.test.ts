import { expect, test } from 'vitest'
import { Problem } from '../../api/problem'
import { faultsOf, unplaced } from './faults'

const refused = (fields?: Record<string, string>) =>
  new Problem({ status: 422, code: 'validation', title: 'x', ...(fields && { fields }) })

test('faults go to the entity and the member they lie in', () => {
  const faults = faultsOf(
    refused({
      'entities.account.only.update': 'a',
      'entities.account.fields.turnover': 'b',
      'entities.acount': 'c',
      powers: 'd',
    }),
  )
  expect(faults).toEqual({
    entities: { account: { 'only.update': 'a', 'fields.turnover': 'b' }, acount: { '': 'c' } },
    others: ['d'],
  })
  expect(unplaced(faults?.entities.account ?? {}, ['fields.turnover'])).toEqual(['a'])
  expect(faultsOf(refused())).toBeNull()
  expect(faultsOf(null)).toBeNull()
})
