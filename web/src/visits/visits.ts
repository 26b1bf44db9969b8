import { readLocalStorageValue, useLocalStorage } from '@mantine/hooks'
import type { Dictionary } from '../api/types'
import { deviceOwner } from '../dictionary/model'

/** A record that was opened here. */
export interface Visit {
  entity: string
  id: string
  title: string
}

interface Kept {
  recent: Visit[]
  /** How often each entity's screens were opened. */
  counts: Record<string, number>
}

const nothing: Kept = { recent: [], counts: {} }

type Where = Pick<Dictionary, 'environment' | 'me'>

/** A device may be shared: what somebody opened is shown to nobody else. */
function keyOf({ environment, me }: Where): string {
  return `tisserand.visits ${environment.name} ${deviceOwner(me)}`
}

/** What this person opened lately in an environment, on this device. */
export function useVisits(where: Where): Kept {
  const [kept] = useLocalStorage<Kept>({ key: keyOf(where), defaultValue: nothing, getInitialValueInEffect: false })
  return kept
}

/** Records remembered. */
const recentMax = 20

/** Remembers that a record was opened. */
export function noteVisit(where: Where, visit: Visit): void {
  // Whoever looks as somebody else leaves nothing behind.
  if (where.me.viewed) return
  const kept = readLocalStorageValue<Kept>({ key: keyOf(where), defaultValue: nothing })
  const others = kept.recent.filter((one) => one.id !== visit.id)
  const counts = { ...kept.counts, [visit.entity]: (kept.counts[visit.entity] ?? 0) + 1 }
  try {
    localStorage.setItem(keyOf(where), JSON.stringify({ recent: [visit, ...others].slice(0, recentMax), counts }))
  } catch {
    // storage forbidden or full: only the shortcut to recent records is lost
  }
}

/** Forgets a record that is gone. */
export function forgetVisit(where: Where, id: string): void {
  const kept = readLocalStorageValue<Kept>({ key: keyOf(where), defaultValue: nothing })
  if (!kept.recent.some((one) => one.id === id)) return
  try {
    localStorage.setItem(keyOf(where), JSON.stringify({ ...kept, recent: kept.recent.filter((one) => one.id !== id) }))
  } catch {
    // as above
  }
}
