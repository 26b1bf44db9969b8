import { describe, expect, it } from 'vitest'
import type { RecordData } from '../../../api/types'
import { type Happening, happenings, merged, type Source } from './line'

const manner = { language: 'fr', timeZone: 'Europe/Paris', currency: 'EUR' } as const
const source = (type: 'date' | 'datetime') => ({ at: { name: 'at', type } }) as unknown as Source
const of = (instant: string, name: string) => ({ instant, record: { id: name } }) as Happening
const names = (shown: Happening[]) => shown.map((one) => one.record.id).join('')

describe('the line of time of a record', () => {
  it('counts a day from its start where people are, and leaves out what has no date', () => {
    const records = [
      { id: 'a', at: '2026-07-14' },
      { id: 'b', at: null },
    ] as unknown as RecordData[]
    expect(happenings(source('date'), records, manner).map((one) => one.instant)).toEqual(['2026-07-13T22:00:00Z'])
    const moment = [{ id: 'a', at: '2026-07-14T08:00:00+02:00' }] as unknown as RecordData[]
    expect(happenings(source('datetime'), moment, manner)[0]?.instant).toBe('2026-07-14T06:00:00.000Z')
  })

  it('puts several sources in one order, and loses nothing between its pages', () => {
    let rests = [
      { waiting: [of('2026-03', 'a'), of('2026-01', 'd')], link: null },
      { waiting: [of('2026-02', 'b'), of('2026-02', 'c'), of('2025-12', 'e')], link: null },
    ]
    let read = ''
    for (let page = 0; page < 4; page += 1) {
      const next = merged(rests, 2)
      read += names(next.shown)
      rests = next.rests as typeof rests
    }
    expect(read).toBe('abcde')
  })
})
