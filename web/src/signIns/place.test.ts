import { expect, it } from 'vitest'
import { deviceIcon, placeOf } from './place'

it('an address says how far it is', () => {
  expect(['127.0.0.1', '192.168.1.4', '82.65.12.1', 'fd00::1', null].map(placeOf)).toEqual([
    'here',
    'near',
    'away',
    'near',
    'here',
  ])
})

it('a phone looks like one', () => {
  expect(deviceIcon('Safari · iPhone')).toBe('device-mobile')
  expect(deviceIcon('Firefox · Linux')).toBe('device-desktop')
  expect(deviceIcon(null)).toBe('device-desktop')
})
