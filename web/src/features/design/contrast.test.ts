import { describe, expect, it } from 'vitest'
import { channelsOf, contrast } from './contrast'

describe('contrast', () => {
  it('is 21 between black and white, 1 between a colour and itself, whichever comes first', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21)
    expect(contrast([255, 255, 255], [0, 0, 0])).toBeCloseTo(21)
    expect(contrast([43, 92, 138], [43, 92, 138])).toBe(1)
    expect(contrast([118, 118, 118], [255, 255, 255])).toBeCloseTo(4.54, 2)
  })

  it('is of what the browser computed; what lets others through has none', () => {
    expect(channelsOf('rgb(28, 36, 48)')).toEqual([28, 36, 48])
    expect(channelsOf('rgba(28, 36, 48, 0.04)')).toBeNull()
    expect(channelsOf('none')).toBeNull()
  })
})
