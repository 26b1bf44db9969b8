import type { Problem } from '../../api/problem'

/** What a server found wrong in a profile: of each entity by the member it lies in (`rows`, `only.update`, `fields.phone`), and elsewhere. */
export interface Faults {
  entities: Record<string, Record<string, string>>
  others: string[]
}

/** The faults that a refusal tells with their places; null when it tells none. */
export function faultsOf(problem: Problem | null): Faults | null {
  const told = Object.entries(problem?.details.fields ?? {})
  if (told.length === 0) return null
  const faults: Faults = { entities: {}, others: [] }
  for (const [place, message] of told) {
    const [, entity, member] = /^entities\.([^.]+)\.?(.*)$/.exec(place) ?? []
    if (!entity) faults.others.push(message)
    else faults.entities[entity] = { ...faults.entities[entity], [member ?? '']: message }
  }
  return faults
}

/** The faults of members that no control of its own shows. */
export function unplaced(faults: Record<string, string>, shown: string[]): string[] {
  return Object.entries(faults)
    .filter(([member]) => !shown.includes(member))
    .map(([, message]) => message)
}
