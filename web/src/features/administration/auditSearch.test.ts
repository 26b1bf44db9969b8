import { describe, expect, it } from 'vitest'
import { auditSearchOf, journalQueryOf } from './auditSearch'

const paris = { language: 'fr', timeZone: 'Europe/Paris', currency: 'EUR' } as const

describe('the search of the journal', () => {
  it('takes from an address what is one of its parts', () => {
    expect(auditSearchOf({ person: { id: 'a', title: 'Ada' }, from: 'hier', to: '2026-11-23', x: 1 })).toEqual({
      person: { id: 'a', title: 'Ada' },
      to: '2026-11-23',
    })
  })

  it('asks for whole days of the environment, the last included', () => {
    const query = journalQueryOf({ from: '2026-10-25', to: '2026-10-25' }, paris)
    expect(new Date(query.from ?? '').toISOString()).toBe('2026-10-24T22:00:00.000Z')
    expect(new Date(query.to ?? '').toISOString()).toBe('2026-10-25T23:00:00.000Z')
  })
})
