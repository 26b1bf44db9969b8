import { describe, expect, it } from 'vitest'
import { groupOptions } from '../../api/http'
import { daysOf, folded, periodKeys, periodOf, periodWords, withoutGaps } from './buckets'

const french = { language: 'fr' as const, timeZone: 'Europe/Paris', currency: 'EUR' }

describe('figures by period', () => {
  it('are asked for by what the period is made of', () => {
    const by = periodKeys('account.founded', 'quarter', true, 'x')
    expect(groupOptions({ by, figures: [{ name: 'n', method: 'count', field: null }] }).$apply).toBe(
      'compute(year(account/founded) as x_year,(month(account/founded) sub 1) div 3 as x_quarter)/groupby((x_year,x_quarter),aggregate($count as n))',
    )
    expect(periodKeys('due', 'day', true, 'x')).toEqual(['due'])
    expect(periodKeys('at', 'week', false, 'x')).toEqual([{ name: 'x_day', expression: 'date(at)' }])
  })
  it('are named and sorted as time is', () => {
    expect(periodOf('month', [2026, 3])).toBe('2026-03')
    expect(periodOf('quarter', [2026, 3])).toBe('2026-4')
    expect(periodOf('week', ['2026-11-29'])).toBe('2026-11-23')
    expect(periodOf('month', [null, null])).toBeNull()
    expect(periodWords('quarter', '2026-4', french)).toBe('T4 2026')
    expect(periodWords('month', '2026-11', french)).toBe('nov. 2026')
  })
  it('have no gaps', () => {
    expect(withoutGaps('month', ['2027-01', '2026-11'])).toEqual(['2026-11', '2026-12', '2027-01'])
    expect(withoutGaps('quarter', ['2026-4', '2027-2'])).toEqual(['2026-4', '2027-1', '2027-2'])
    expect(withoutGaps('year', [])).toEqual([])
  })
  it('go from their first day to their last', () => {
    expect(daysOf('year', '2026')).toEqual(['2026-01-01', '2026-12-31'])
    expect(daysOf('quarter', '2026-4')).toEqual(['2026-10-01', '2026-12-31'])
    expect(daysOf('month', '2028-02')).toEqual(['2028-02-01', '2028-02-29'])
    expect(daysOf('week', '2026-11-23')).toEqual(['2026-11-23', '2026-11-29'])
    expect(daysOf('day', '2026-11-29')).toEqual(['2026-11-29', '2026-11-29'])
  })
  it('of a week are those of its days together', () => {
    const group = (n: number, time: string | null) => ({ keys: ['2026-11-23'], figures: { n, time, most: n } })
    const measures = [
      { name: 'n', method: 'count' as const },
      { name: 'time', method: 'sum' as const },
      { name: 'most', method: 'max' as const },
    ]
    expect(folded([group(2, 'PT1H'), group(3, 'PT30M'), group(1, null)], measures)).toEqual([
      { keys: ['2026-11-23'], figures: { n: 6, time: 'PT1H30M', most: 3 } },
    ])
  })
})
