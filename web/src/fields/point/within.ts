import type { Manner } from '../../format/locale'
import { decimal } from '../../format/numbers'
import type { FilterValue } from '../types'

/** A circle on the earth that records lie in. */
export interface Circle {
  latitude: number
  longitude: number
  km: number
  /** What its middle is called. */
  name?: string | undefined
}

/** The circle that a filter says; `null` when it says none, or not completely. */
export function circleOf(value: FilterValue | null): Circle | null {
  if (value?.o !== 'within') return null
  const [km, latitude, longitude] = [Number(value.km), Number(value.lat), Number(value.lon)]
  if (value.lat === undefined || value.lon === undefined) return null
  const whole = km > 0 && km <= 20_100 && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
  return whole ? { km, latitude, longitude, name: typeof value.n === 'string' ? value.n : undefined } : null
}

/** A circle as a filter: ten metres are exact enough for its middle, and for what somebody drew. */
export function withinOf({ latitude, longitude, km, name }: Circle): FilterValue {
  return {
    o: 'within',
    km: Number(km.toFixed(km < 10 ? 1 : 0)),
    lat: Number(latitude.toFixed(4)),
    lon: Number(longitude.toFixed(4)),
    ...(name ? { n: name } : {}),
  }
}

export function whereWithin(path: string, { latitude, longitude, km }: Circle): string {
  return `distance(${path}, point '${latitude},${longitude}') <= ${Math.round(km * 1000)}`
}

/** `48,57340° N, 7,75210° E`. */
export function positionWords(latitude: number, longitude: number, manner: Manner, digits = 5): string {
  const angle = (degrees: number, positive: string, negative: string) =>
    `${decimal(Math.abs(degrees).toFixed(digits), manner)}° ${degrees < 0 ? negative : positive}`
  return `${angle(latitude, 'N', 'S')}, ${angle(longitude, 'E', manner.language === 'fr' ? 'O' : 'W')}`
}
