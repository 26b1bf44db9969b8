/** Positions and circles on the earth; pure. */

export interface Position {
  latitude: number
  longitude: number
}

export interface Circle extends Position {
  km: number
}

const earthKm = 6371.0088

/** Kilometres between two positions, over a sphere. */
export function kmBetween(a: Position, b: Position): number {
  const rad = Math.PI / 180
  const lat = Math.sin(((b.latitude - a.latitude) * rad) / 2) ** 2
  const lon = Math.sin(((b.longitude - a.longitude) * rad) / 2) ** 2
  return 2 * earthKm * Math.asin(Math.sqrt(lat + Math.cos(a.latitude * rad) * Math.cos(b.latitude * rad) * lon))
}

/** `48.58,7.75,10` as a circle: latitude, longitude, kilometres. */
export function parseCircle(text: string | undefined): Circle | null {
  const [latitude, longitude, km] = (text ?? '').split(',').map(Number)
  return isPosition(latitude, longitude) && km !== undefined && km > 0 && km < 20_000
    ? { latitude: latitude as number, longitude: longitude as number, km }
    : null
}

export function writeCircle({ latitude, longitude, km }: Circle): string {
  return `${latitude.toFixed(4)},${longitude.toFixed(4)},${Number(km.toFixed(km < 10 ? 1 : 0))}`
}

/** `48.58,7.75,9`: where a map stands and how near. */
export function parseSight(text: string | undefined): (Position & { zoom: number }) | null {
  const [latitude, longitude, zoom] = (text ?? '').split(',').map(Number)
  return isPosition(latitude, longitude) && zoom !== undefined && zoom >= 1 && zoom <= 20
    ? { latitude: latitude as number, longitude: longitude as number, zoom }
    : null
}

function isPosition(latitude: number | undefined, longitude: number | undefined): boolean {
  return latitude !== undefined && longitude !== undefined && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
}
