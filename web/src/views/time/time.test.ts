import { describe, expect, it } from 'vitest'
import type { Manner } from '../../format/locale'
import { happeningsOf, valuesFor, type When, whereIn } from './happenings'
import { sideBySide } from './overlap'
import { addMonths, momentAt, monthGrid, weekStart } from './wall'

const paris: Manner = { language: 'fr', timeZone: 'Europe/Paris', currency: 'EUR' }
const noSeries = { exceptions: null, series: null, occurrence: null }
const visits: When = {
  ...noSeries,
  starts: 'starts',
  ends: 'ends',
  allDay: 'all_day',
  recurrence: 'rule',
  dated: false,
}
const due: When = { ...noSeries, starts: 'due', ends: null, allDay: null, recurrence: null, dated: true }

describe('days and moments', () => {
  it('know weeks and months', () => {
    expect(weekStart('2026-11-29')).toBe('2026-11-23')
    expect(monthGrid('2026-11-15')[0]).toBe('2026-10-26')
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28')
    expect(momentAt('2026-11-29', 1500)).toBe('2026-11-30T01:00')
  })
})

describe('happenings', () => {
  it('are at the hours of the environment, across a change to summer time', () => {
    const record = { id: 'a', starts: '2026-03-29T00:30:00Z', ends: '2026-03-29T02:00:00Z' }
    const [found] = happeningsOf([record], visits, paris, '2026-03-29', '2026-03-30')
    expect(found).toMatchObject({ from: '2026-03-29T01:30', to: '2026-03-29T04:00', wholeDays: false })
    expect(valuesFor(visits, paris, '2026-03-29T01:30', '2026-03-29T04:00')).toEqual({
      starts: record.starts,
      ends: record.ends,
    })
  })
  it('of days end with their last day', () => {
    const [found] = happeningsOf([{ id: 'a', due: '2026-11-29' }], due, paris, '2026-11-23', '2026-11-30')
    expect(found).toMatchObject({ from: '2026-11-29T00:00', to: '2026-11-30T00:00', wholeDays: true })
    expect(valuesFor(due, paris, '2026-12-01T00:00', '2026-12-02T00:00')).toEqual({ due: '2026-12-01' })
  })
  it('come back by their rule at the same hour', () => {
    const record = {
      id: 'a',
      starts: '2026-10-19T06:00:00Z',
      ends: '2026-10-19T07:00:00Z',
      rule: 'FREQ=WEEKLY;BYDAY=MO',
    }
    const found = happeningsOf([record], visits, paris, '2026-10-19', '2026-11-02')
    expect(found.map((one) => one.from)).toEqual(['2026-10-19T08:00', '2026-10-26T08:00'])
  })
  it('are asked for by what touches the days', () => {
    expect(whereIn(due, paris, '2026-11-23', '2026-11-30')).toBe("due < date '2026-11-30' and due >= date '2026-11-23'")
    expect(whereIn(visits, paris, '2026-11-23', '2026-11-30')).toContain("ends > datetime '2026-11-22T23:00:00Z'")
  })
  it('at the same time stand side by side, and leave the others their width', () => {
    const at = (id: string, from: string, to: string) => ({
      key: id,
      record: { id },
      from: `2026-11-23T${from}`,
      to: `2026-11-23T${to}`,
      wholeDays: false,
      repeated: false,
    })
    const placed = sideBySide([
      at('a', '09:00', '11:00'),
      at('b', '09:30', '10:00'),
      at('c', '10:00', '10:30'),
      at('d', '14:00', '15:00'),
    ])
    expect(placed.map(({ happening, lane, lanes, wide }) => [happening.key, lane, lanes, wide])).toEqual([
      ['a', 0, 2, 1],
      ['b', 1, 2, 1],
      ['c', 1, 2, 1],
      ['d', 0, 1, 1],
    ])
  })
})
