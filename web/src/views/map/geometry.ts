/** Positions on the earth; pure. */

export interface Position {
  latitude: number
  longitude: number
}

/** As `dictionary::sphere` has it. */
const earthKm = 6371.0088

/** Kilometres between two positions, over a sphere. */
export function kmBetween(a: Position, b: Position): number {
  const rad = Math.PI / 180
  const lat = Math.sin(((b.latitude - a.latitude) * rad) / 2) ** 2
  const lon = Math.sin(((b.longitude - a.longitude) * rad) / 2) ** 2
  return 2 * earthKm * Math.asin(Math.sqrt(lat + Math.cos(a.latitude * rad) * Math.cos(b.latitude * rad) * lon))
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

/** The nearest town that is no further than so many kilometres: a place may be called by it. */
export function townAt<Town extends Position>(towns: Town[], at: Position, most: number): Town | undefined {
  const near = towns.map((town) => ({ town, km: kmBetween(town, at) })).filter(({ km }) => km <= most)
  return near.sort((a, b) => a.km - b.km)[0]?.town
}
