import { describe, expect, it } from 'vitest'
import { drawnOf, ticksTo } from './series'

const bucket = (key: string | null, colour: string | null = null) => ({
  key,
  label: key ?? 'rien',
  colour,
  narrow: null,
})
const row = (category: string, series: string, n: number) => ({
  buckets: [bucket(category), bucket(series)],
  figures: { n },
})

describe('a chart', () => {
  it('draws each series over each category, and what is missing as nothing', () => {
    const drawn = drawnOf(
      [row('a', 'x', 3), row('b', 'y', 2)],
      [bucket('a'), bucket('b')],
      [bucket('x'), bucket('y')],
      'n',
      { bySize: false, most: 10, others: 'Autres' },
    )
    expect(drawn.series.map((one) => one.values.map(({ number }) => number))).toEqual([
      [3, 0],
      [0, 2],
    ])
    expect(drawn.series[0]?.values[1]?.raw).toBeUndefined()
  })
  it('puts the small ones together', () => {
    const sizes = { a: 1, b: 9, c: 5, d: 2 }
    const rows = Object.entries(sizes).map(([key, n]) => ({ buckets: [bucket(key)], figures: { n } }))
    const drawn = drawnOf(
      rows,
      Object.keys(sizes).map((key) => bucket(key)),
      null,
      'n',
      { bySize: true, most: 3, others: 'Autres' },
    )
    expect(drawn.categories.map(({ label }) => label)).toEqual(['b', 'c', 'Autres'])
    expect(drawn.series[0]?.values.map(({ number }) => number)).toEqual([9, 5, 3])
  })
  it('tells series of one colour apart', () => {
    const drawn = drawnOf([], [], [bucket('x', 'var(--sage)'), bucket('y', 'var(--sage)')], 'n', {
      bySize: false,
      most: 3,
      others: '',
    })
    expect(new Set(drawn.series.map(({ colour }) => colour)).size).toBe(2)
  })
  it('has an axis of round values', () => {
    expect(ticksTo(37)).toEqual([0, 10, 20, 30, 40])
    expect(ticksTo(3)).toEqual([0, 1, 2, 3])
    expect(ticksTo(0)).toEqual([0, 1])
    expect(ticksTo(1_130)).toEqual([0, 500, 1000, 1500])
  })
})
