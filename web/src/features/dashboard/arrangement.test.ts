import { describe, expect, it } from 'vitest'
import type { DashboardPart } from '../../api/types'
import { arranged, asWritten, moved, toggled } from './arrangement'

const parts = (names: string) => [...names].map((name) => ({ name })) as DashboardPart[]
const read = (shown: DashboardPart[]) => shown.map((part) => part.name).join('')

describe('how a person arranges a dashboard', () => {
  it('is as the dictionary has it until something is moved', () => {
    expect(read(arranged(parts('abc'), asWritten))).toBe('abc')
    const one = moved(parts('abc'), asWritten, 'c', -1)
    expect(read(arranged(parts('abc'), one))).toBe('acb')
    expect(moved(parts('abc'), one, 'a', -1)).toBe(one)
  })

  it('finds a place for parts that came since and forgets those that went', () => {
    const kept = moved(parts('abc'), asWritten, 'a', 2)
    expect(read(arranged(parts('abxc'), kept))).toBe('bxca')
    expect(read(arranged(parts('zbc'), kept))).toBe('zbc')
  })

  it('hides a part, and shows it again', () => {
    const hidden = toggled(asWritten, 'b')
    expect(hidden.hidden).toEqual(['b'])
    expect(toggled(hidden, 'b').hidden).toEqual([])
  })
})
