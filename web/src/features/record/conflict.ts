import type { ProblemDetails } from '../../api/problem'
import type { Entity, RecordData, StaleChange } from '../../api/types'
import { fieldOf } from '../../dictionary/model'

/** A field that was changed here and elsewhere. */
export interface Conflict {
  field: string
  theirs: StaleChange
  /** What it was before either: the property as the server names it. Absent where only a part of the field changed. */
  before?: Record<string, unknown>
}

export interface StaleWrite {
  /** The record as it is now. */
  current: RecordData
  conflicts: Conflict[]
  /** Fields changed elsewhere and not here. */
  others: string[]
  /** Who changed it last; empty when unknown. */
  who: string
}

/** Field of a key in `changes`: `account_id` → `account`, `main_address.city` → `main_address`. */
export function fieldNameOf(entity: Entity, key: string): string {
  const first = key.split(/[.[]/)[0] ?? key
  return fieldOf(entity, first) ? first : first.replace(/_id$/, '')
}

/** What a refused write means for the fields edited here; `null` when the answer does not say what changed. */
export function staleWrite(entity: Entity, details: ProblemDetails, edited: string[]): StaleWrite | null {
  if (!details.current || !details.changes) return null
  const conflicts: Conflict[] = []
  const others: string[] = []
  let last: StaleChange | null = null
  for (const [key, theirs] of Object.entries(details.changes)) {
    const field = fieldNameOf(entity, key)
    const known = fieldOf(entity, field)
    if (!known || known.system) continue
    if (!last || theirs.at > last.at) last = theirs
    if (!edited.includes(field)) others.push(field)
    else if (!conflicts.some((conflict) => conflict.field === field))
      conflicts.push({ field, theirs, ...(/[.[]/.test(key) ? {} : { before: { [key]: theirs.from } }) })
  }
  return { current: details.current, conflicts, others: [...new Set(others)], who: last?.by?.name ?? '' }
}
