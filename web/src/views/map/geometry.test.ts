import { describe, expect, it } from 'vitest'
import { townsInSight } from './base'
import { kmBetween, parseSight } from './geometry'

describe('places', () => {
  it('are as far apart as they are', () => {
    const strasbourg = { latitude: 48.5734, longitude: 7.7521 }
    const paris = { latitude: 48.8566, longitude: 2.3522 }
    expect(kmBetween(strasbourg, paris)).toBeCloseTo(397, 0)
  })
  it('and where a map stands is kept in an address; what is no place is none', () => {
    for (const text of [undefined, '', '48,7', '95,7,10', 'a,b,c']) expect(parseSight(text), text).toBeNull()
    expect(parseSight('48.5,7.7,9')).toEqual({ latitude: 48.5, longitude: 7.7, zoom: 9 })
    expect(parseSight('48.5,7.7,99')).toBeNull()
  })
  it('name the largest towns first, and none over another', () => {
    const town = (name: string, longitude: number, thousands: number) => ({ name, latitude: 48, longitude, thousands })
    const towns = [town('Grande', 7, 300), town('Voisine', 7.01, 20), town('Loin', 8, 10), town('Ailleurs', 20, 900)]
    const box = { south: 47, north: 49, west: 6, east: 9 }
    const shown = townsInSight(towns, box, ({ longitude }) => ({ x: longitude * 200, y: 0 }))
    expect(shown.map(({ name }) => name)).toEqual(['Grande', 'Loin'])
  })
})
