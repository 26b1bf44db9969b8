import { describe, expect, it } from 'vitest'
import { deviceOf, placeOf } from './device'

describe('what a browser says of itself', () => {
  it('becomes the names people know', () => {
    const chrome =
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36'
    expect(deviceOf(chrome)).toEqual({ browser: 'Chrome', system: 'Windows', phone: false })
    expect(deviceOf(`${chrome} Edg/140.0`).browser).toBe('Edge')
    const phone =
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1'
    expect(deviceOf(phone)).toEqual({ browser: 'Safari', system: 'iPhone', phone: true })
    expect(deviceOf(null)).toEqual({ browser: null, system: null, phone: false })
  })

  it('and an address says how far it is', () => {
    expect(['127.0.0.1', '192.168.1.4', '82.65.12.1', 'fd00::1', null].map(placeOf)).toEqual([
      'here',
      'near',
      'away',
      'near',
      'here',
    ])
  })
})
