import { describe, expect, it } from 'vitest'
import { durationSeconds, isoDuration, parseDuration, spokenDuration } from './durations'
import { spokenPhone, wirePhone } from './phones'

describe('durations', () => {
  it('reads what people type', () => {
    for (const typed of ['1h30', '1:30', '90', '90 min', '1,5 h', 'PT1H30M'])
      expect(parseDuration(typed)).toBe('PT1H30M')
    expect(parseDuration('20s')).toBe('PT20S')
    expect(parseDuration('bientôt')).toBeNull()
    expect(parseDuration('')).toBeNull()
  })

  it('says them the short way', () => {
    expect(spokenDuration('PT1H30M')).toBe('1\u00a0h\u00a030')
    expect(spokenDuration('PT45M')).toBe('45\u00a0min')
    expect(spokenDuration('P1DT2H')).toBe('26\u00a0h')
    expect(spokenDuration('PT0S')).toBe('0\u00a0s')
  })

  it('keeps the number of seconds through writing and reading', () => {
    for (const seconds of [0, 1, 59, 60, 3600, 5400, 86_400, 90_061, -5400]) {
      expect(durationSeconds(isoDuration(seconds))).toBe(seconds)
    }
  })
})

describe('phones', () => {
  it('are said in the groups of their country', () => {
    expect(spokenPhone('+33612345678')).toBe('06\u00a012\u00a034\u00a056\u00a078')
    expect(spokenPhone('+33612345678', 'BE')).toBe('+33\u00a06\u00a012\u00a034\u00a056\u00a078')
    expect(spokenPhone('+4930123456').replace(/\u00a0/g, '')).toBe('+4930123456')
    expect(spokenPhone('3615')).toBe('3615')
  })

  it('are sent as E.164 where that is plain, and as typed where it is not', () => {
    for (const typed of [
      '06 12 34 56 78',
      '06.12.34.56.78',
      '+33 6 12 34 56 78',
      '+33 (0)6 12 34 56 78',
      '0033612345678',
    ])
      expect(wirePhone(typed)).toBe('+33612345678')
    expect(wirePhone('3615')).toBe('3615')
  })
})
