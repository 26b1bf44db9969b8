import { describe, expect, it } from 'vitest'
import type { FilterValue } from '../types'
import { daysOf, shifted } from './periods'

describe('periods', () => {
  // A Sunday.
  const today = '2026-11-29'

  it('follow the calendar, weeks from Monday', () => {
    const of = (o: string) => daysOf({ o }, today)
    expect(of('today')).toEqual(['2026-11-29', '2026-11-29'])
    expect(of('thisWeek')).toEqual(['2026-11-23', '2026-11-29'])
    expect(of('nextWeek')).toEqual(['2026-11-30', '2026-12-06'])
    expect(of('lastMonth')).toEqual(['2026-10-01', '2026-10-31'])
    expect(of('nextMonth')).toEqual(['2026-12-01', '2026-12-31'])
    expect(of('thisQuarter')).toEqual(['2026-10-01', '2026-12-31'])
    expect(of('lastQuarter')).toEqual(['2026-07-01', '2026-09-30'])
    expect(of('thisYear')).toEqual(['2026-01-01', '2026-12-31'])
    expect(of('past')).toEqual([null, '2026-11-28'])
    expect(daysOf({ o: 'lastQuarter' }, '2026-02-01')).toEqual(['2025-10-01', '2025-12-31'])
    expect(daysOf({ o: 'thisWeek' }, '2026-11-23')).toEqual(['2026-11-23', '2026-11-29'])
  })

  it('are counted from today', () => {
    expect(daysOf({ o: 'last', n: 6, u: 'months' }, today)).toEqual(['2026-05-29', today])
    expect(daysOf({ o: 'next', n: 2, u: 'weeks' }, today)).toEqual([today, '2026-12-13'])
    expect(daysOf({ o: 'longerAgo', n: 1, u: 'years' }, today)).toEqual([null, '2025-11-28'])
    expect(daysOf({ o: 'furtherOff', n: 10, u: 'days' }, today)).toEqual(['2026-12-10', null])
    expect(daysOf({ o: 'last7' }, today), 'as links of before say it').toEqual(['2026-11-22', today])
  })

  it('are none while something is missing, or was made up', () => {
    const wrong: FilterValue[] = [
      { o: 'last', n: 0, u: 'days' },
      { o: 'last', n: 1.5, u: 'days' },
      { o: 'last', n: 3, u: 'moons' },
      { o: 'range' },
      { o: 'range', a: "2026-01-01' or true" },
      { o: 'ever' },
    ]
    for (const value of wrong) expect(daysOf(value, today), JSON.stringify(value)).toBeNull()
  })

  it('keep to the months there are', () => {
    expect(shifted('2026-03-31', -1, 'months')).toBe('2026-02-28')
    expect(shifted('2024-02-29', 1, 'years')).toBe('2025-02-28')
    expect(shifted('2026-01-31', 13, 'months')).toBe('2027-02-28')
  })
})
