import type { FeatureCollection } from 'geojson'
import { feature } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import countriesUrl from 'world-atlas/countries-50m.json?url'
import { readTowns, type Town } from '../../places/towns'

/** What maps are drawn on when no tile server is set: outlines of countries and names of towns, served with the application. */
export interface Base {
  countries: FeatureCollection
  /** Largest first. */
  towns: Town[]
}

export async function readBase(signal: AbortSignal): Promise<Base> {
  const [atlas, towns] = await Promise.all([
    read<Topology<{ countries: GeometryCollection }>>(countriesUrl, signal),
    readTowns(signal),
  ])
  return {
    countries: feature(atlas, atlas.objects.countries),
    towns,
  }
}

async function read<Content>(url: string, signal: AbortSignal): Promise<Content> {
  const answer = await fetch(url, { signal })
  if (!answer.ok) throw new Error(`the base of maps is missing: ${answer.status}`)
  return answer.json() as Promise<Content>
}

/** Towns worth a name in sight: the largest, as many as the zoom leaves room for, none over another. */
export function townsInSight(
  towns: Town[],
  box: { south: number; west: number; north: number; east: number },
  place: (town: Town) => { x: number; y: number },
  most = 40,
): Town[] {
  const shown: { town: Town; x: number; y: number }[] = []
  for (const town of towns) {
    if (shown.length >= most) break
    const { latitude, longitude } = town
    if (latitude < box.south || latitude > box.north || longitude < box.west || longitude > box.east) continue
    const { x, y } = place(town)
    const crowded = shown.some((other) => Math.abs(other.x - x) < 96 && Math.abs(other.y - y) < 26)
    if (!crowded) shown.push({ town, x, y })
  }
  return shown.map(({ town }) => town)
}
