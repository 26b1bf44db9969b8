import { describe, expect, it } from 'vitest'
import { parseDay, parseTime, typedDay } from './typedDates'

const today = '2026-11-23'

describe('days as people type them', () => {
  it('are understood in every usual form', () => {
    for (const typed of [
      '23/11/2026',
      '23-11-26',
      '23.11',
      '23 nov',
      '23 novembre 2026',
      '2026-11-23',
      '231126',
      'auj',
      'aujourd’hui',
      '+0',
    ])
      expect(parseDay(typed, today), typed).toBe(today)
    expect(parseDay('demain', today)).toBe('2026-11-24')
    expect(parseDay('-3', today)).toBe('2026-11-20')
    expect(parseDay('1er déc', today)).toBe('2026-12-01')
    expect(parseDay('3/2/71', today)).toBe('1971-02-03')
  })

  it('are refused when the calendar has no such day', () => {
    for (const typed of ['31/02/2026', '29/02/2026', '32/01', '1/13/2026', 'x', ''])
      expect(parseDay(typed, today)).toBeNull()
    expect(parseDay('29/02/2028', today)).toBe('2028-02-29')
  })

  it('are shown the way they are typed', () => {
    expect(parseDay(typedDay('2026-02-03'), today)).toBe('2026-02-03')
  })
})

describe('times as people type them', () => {
  it('are understood', () => {
    for (const typed of ['14:05', '14h05', '1405', '14.05', ' 14 h 05 '])
      expect(parseTime(typed), typed).toBe('14:05:00')
    expect(parseTime('8h')).toBe('08:00:00')
    expect(parseTime('25:00')).toBeNull()
    expect(parseTime('14:60')).toBeNull()
  })
})
