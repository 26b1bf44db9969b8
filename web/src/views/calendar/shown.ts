import type { Entity } from '../../api/types'
import type { ReferenceValue } from '../../fields/reference/reference'
import type { Look } from '../look'
import type { Happening } from '../time/happenings'

/** What every scale of a calendar gets. */
export interface Shown {
  entity: Entity
  look: Look
  happenings: Happening[]
  changes: ReadonlyMap<string, string>
  today: string
  movable: boolean
  onMove(happening: Happening, from: string, to: string, resource?: ReferenceValue | null): void
  onCreate: ((from: string, to: string, resource?: ReferenceValue | null) => void) | undefined
  onDay(day: string): void
}

export function isDay(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
}
