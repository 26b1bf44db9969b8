import { describe, expect, it } from 'vitest'
import type { Manner } from './locale'
import { bytes, decimal, money, parseDecimal, wireNumber } from './numbers'

const french: Manner = { language: 'fr', timeZone: 'Europe/Paris', currency: 'EUR' }
const english: Manner = { ...french, language: 'en' }

describe('numbers as people write them', () => {
  it('groups thousands and shows the scale', () => {
    expect(decimal(1234.5, french, 2)).toBe('1\u202f234,50')
    expect(decimal(-1234567, english)).toBe('−1,234,567')
    expect(decimal(0.1, french)).toBe('0,1')
  })

  it('keeps every digit of a number that a double would not hold', () => {
    expect(decimal('12345678901234567.89', french)).toBe('12\u202f345\u202f678\u202f901\u202f234\u202f567,89')
  })

  it('writes amounts with their currency where the language puts it', () => {
    expect(money(1234.5, french)).toBe('1\u202f234,50\u00a0€')
    expect(money('-1234.5', english)).toBe('−€1,234.50')
    expect(money(3, french, 'USD')).toBe('3,00\u00a0$')
  })

  it('understands what people type', () => {
    expect(parseDecimal('1 234,5')).toBe('1234.5')
    expect(parseDecimal('1\u202f234,50')).toBe('1234.50')
    expect(parseDecimal('1.234,5')).toBe('1234.5')
    expect(parseDecimal('1,234.5')).toBe('1234.5')
    expect(parseDecimal('−3')).toBe('-3')
    expect(parseDecimal('007')).toBe('7')
    expect(parseDecimal(',5')).toBe('0.5')
  })

  it('refuses what is no number instead of guessing', () => {
    for (const typed of ['', 'abc', '1,2,3', '12a', '--1', '1e5']) expect(parseDecimal(typed)).toBeNull()
  })

  it('sends a number as a number only when nothing is lost', () => {
    expect(wireNumber('1234.50')).toBe(1234.5)
    expect(wireNumber('12345678901234567.89')).toBe('12345678901234567.89')
    expect(wireNumber('0.1')).toBe(0.1)
  })

  it('shows sizes in the unit people read', () => {
    expect(bytes(900, french)).toBe('900\u00a0o')
    expect(bytes(1_430_000, french)).toBe('1,4\u00a0Mo')
    expect(bytes(25 * 1024 * 1024, english)).toBe('26.2\u00a0MB')
  })
})
