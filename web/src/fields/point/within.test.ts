import { describe, expect, it } from 'vitest'
import type { FilterValue } from '../types'
import { circleOf, whereWithin, withinOf } from './within'

describe('a circle', () => {
  const strasbourg = { latitude: 48.57341, longitude: 7.7521, km: 12.4, name: 'Strasbourg' }
  it('is kept in an address and asked in metres', () => {
    const circle = circleOf(withinOf(strasbourg))
    expect(circle).toEqual({ latitude: 48.5734, longitude: 7.7521, km: 12, name: 'Strasbourg' })
    expect(circle && whereWithin('site.point', circle)).toBe("distance(site.point, point '48.5734,7.7521') <= 12000")
  })
  it('that is none is not asked', () => {
    const none: (FilterValue | null)[] = [
      null,
      { o: 'filled' },
      { o: 'within', km: 12 },
      { o: 'within', km: 0, lat: 48, lon: 7 },
      { o: 'within', km: 'x', lat: 48, lon: 7 },
      { o: 'within', km: 5, lat: 95, lon: 7 },
      { o: 'within', km: 5, lat: "1') or true", lon: 7 },
    ]
    for (const value of none) expect(circleOf(value), JSON.stringify(value)).toBeNull()
  })
})
