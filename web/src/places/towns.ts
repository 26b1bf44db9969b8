import townsUrl from './towns.json?url'

/** A town that maps and conditions name. */
export interface Town {
  name: string
  latitude: number
  longitude: number
  thousands: number
}

/** The towns that are served with the application, largest first. */
export async function readTowns(signal: AbortSignal): Promise<Town[]> {
  const answer = await fetch(townsUrl, { signal })
  if (!answer.ok) throw new Error(`the towns are missing: ${answer.status}`)
  const towns = (await answer.json()) as [string, number, number, number][]
  return towns.map(([name, latitude, longitude, thousands]) => ({ name, latitude, longitude, thousands }))
}

export const townsKey = ['towns']
