import { describe, expect, it } from 'vitest'
import { endedBefore, exceptionsOf, occurrences, restFrom, shiftedRule, writeExceptions } from './recurrence'

describe('a recurrence', () => {
  it('comes back every week on its days', () => {
    expect(occurrences('FREQ=WEEKLY;BYDAY=MO,TH', '2026-11-02', '2026-11-09', '2026-11-23')).toEqual([
      '2026-11-09',
      '2026-11-12',
      '2026-11-16',
      '2026-11-19',
    ])
    expect(occurrences('FREQ=WEEKLY;INTERVAL=2', '2026-11-04', '2026-11-01', '2026-12-10')).toEqual([
      '2026-11-04',
      '2026-11-18',
      '2026-12-02',
    ])
  })
  it('ends when it says', () => {
    expect(occurrences('FREQ=DAILY;COUNT=3', '2026-11-02', '2026-11-01', '2026-12-01')).toHaveLength(3)
    expect(occurrences('FREQ=DAILY;UNTIL=20261105T000000Z', '2026-11-02', '2026-11-04', '2026-12-01')).toEqual([
      '2026-11-04',
      '2026-11-05',
    ])
  })
  it('finds the last Friday and leaves out months without a 31st', () => {
    expect(occurrences('FREQ=MONTHLY;BYDAY=-1FR', '2026-10-30', '2026-11-01', '2027-01-01')).toEqual([
      '2026-11-27',
      '2026-12-25',
    ])
    expect(occurrences('FREQ=MONTHLY;BYMONTHDAY=31', '2026-08-31', '2026-08-01', '2026-11-30')).toEqual([
      '2026-08-31',
      '2026-10-31',
    ])
    expect(occurrences('FREQ=YEARLY', '2024-02-29', '2024-01-01', '2029-01-01')).toEqual(['2024-02-29', '2028-02-29'])
  })
  it('that says what is not read here happens once', () => {
    expect(occurrences('FREQ=YEARLY;BYWEEKNO=20', '2026-11-02', '2026-11-01', '2030-01-01')).toEqual(['2026-11-02'])
  })
  it('ends before a day, and goes on from it, with as many occurrences in all', () => {
    const rule = 'FREQ=WEEKLY;BYDAY=MO,WE;COUNT=5'
    const all = occurrences(rule, '2026-11-02', '2026-11-01', '2027-01-01')
    const before = endedBefore(rule, '2026-11-09')
    const after = restFrom(rule, '2026-11-02', '2026-11-09')
    expect(before).toBe('FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261108')
    expect([
      ...occurrences(before, '2026-11-02', '2026-11-01', '2027-01-01'),
      ...occurrences(after, '2026-11-09', '2026-11-01', '2027-01-01'),
    ]).toEqual(all)
  })
  it('comes days later as a whole, where its words can say so', () => {
    for (const [rule, days] of [
      ['FREQ=WEEKLY;BYDAY=SU,MO;COUNT=6', 3],
      ['FREQ=WEEKLY;INTERVAL=2;UNTIL=20261220', -2],
      ['FREQ=DAILY;BYDAY=FR', 9],
      ['FREQ=MONTHLY', 1],
    ] as const) {
      const of = (text: string, first: string) => occurrences(text, first, '2026-10-01', '2027-06-01')
      const moved = shiftedRule(rule, days)
      const begins = new Date(Date.UTC(2026, 10, 2 + days)).toISOString().slice(0, 10)
      const expected = of(rule, '2026-11-02').map((day) => new Date(Date.parse(day) + days * 86_400_000).toISOString())
      expect(of(moved ?? '', begins).slice(0, 3), rule).toEqual(expected.slice(0, 3).map((one) => one.slice(0, 10)))
    }
    expect(shiftedRule('FREQ=MONTHLY;BYDAY=-1FR', 1)).toBeNull()
    expect(shiftedRule('FREQ=MONTHLY;BYMONTHDAY=31', 0)).toBe('FREQ=MONTHLY;BYMONTHDAY=31')
  })
  it('lacks the days that were taken out', () => {
    expect(exceptionsOf('20261109, 20261116T090000Z,x')).toEqual(['2026-11-09', '2026-11-16'])
    expect(writeExceptions(['2026-11-16', '2026-11-09', '2026-11-16'])).toBe('20261109,20261116')
    expect(writeExceptions([])).toBeNull()
  })
})
