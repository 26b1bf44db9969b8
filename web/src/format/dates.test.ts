import { describe, expect, it } from 'vitest'
import { daysBetween, exactDay, instantOf, localOf, nearDay, nearInstant } from './dates'
import type { Manner } from './locale'

const paris: Manner = { language: 'fr', timeZone: 'Europe/Paris', currency: 'EUR' }
const now = new Date('2026-11-23T13:30:00Z')

describe('dates as people nearby say them', () => {
  it('says the hour today, the day around it, the date further off', () => {
    expect(nearInstant('2026-11-23T13:05:00Z', now, paris)).toBe('14:05')
    expect(nearInstant('2026-11-22T13:05:00Z', now, paris)).toBe('hier 14:05')
    expect(nearInstant('2026-11-12T13:05:00Z', now, paris)).toBe('12 nov. 14:05')
    expect(nearInstant('2024-11-12T13:05:00Z', now, paris)).toBe('12 nov. 2024')
    expect(nearInstant('2026-11-22T13:05:00Z', now, { ...paris, language: 'en' })).toBe('yesterday 14:05')
  })

  it('counts days in the environment, not in the browser or in UTC', () => {
    // Half past midnight in Paris is still the day before in UTC.
    expect(nearInstant('2026-11-22T23:30:00Z', now, paris)).toBe('00:30')
  })

  it('names the next days and gives the year only when it is another', () => {
    expect(nearDay('2026-11-24', '2026-11-23', paris)).toBe('demain')
    expect(nearDay('2026-11-27', '2026-11-23', paris)).toBe('vendredi')
    expect(nearDay('2026-11-02', '2026-11-23', paris)).toBe('2 nov.')
    expect(nearDay('2027-01-02', '2026-11-23', paris)).toBe('2 janv. 2027')
    expect(exactDay('2026-11-23', paris)).toBe('lundi 23 novembre 2026')
  })

  it('does not count an hour of summer time as a day', () => {
    expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2)
  })

  it('turns the wall clock of the environment into an instant and back', () => {
    for (const local of ['2026-01-15T08:00:00', '2026-07-15T08:00:00', '2026-12-31T23:59:59']) {
      const instant = instantOf(local, paris)
      expect(instant && localOf(instant, paris)).toBe(local)
    }
    expect(instantOf('2026-07-15T08:00', paris)).toBe('2026-07-15T06:00:00Z')
  })

  it('takes the first of the two hours when summer time ends', () => {
    expect(instantOf('2026-10-25T02:30', paris)).toBe('2026-10-25T00:30:00Z')
  })

  it('gives a text that is no date back as it is', () => {
    expect(nearInstant('jamais', now, paris)).toBe('jamais')
    expect(instantOf('2026-13-45T08:00', paris)).toBeNull()
  })
})
