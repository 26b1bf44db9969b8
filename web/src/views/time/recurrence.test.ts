import { describe, expect, it } from 'vitest'
import { occurrences } from './recurrence'

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
})
