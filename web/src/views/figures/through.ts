import type { Condition } from '../../conditions/conditions'
import type { Column } from '../../table/columns'
import type { Period } from './buckets'
import { daysOf } from './buckets'

/**
 * The condition that keeps exactly the records of a bucket, by its key (`null`: those without a value) and what it is called. `null` where
 * no filter of the field says it.
 */
export function conditionOf(
  column: Column | null,
  per: Period | null,
  key: string | null,
  title: string,
): Condition | null {
  const filter = column?.ui.filter
  if (!column || !filter) return null
  if (per === null || key === null) {
    const value = filter.exactly?.(key, title)
    return value ? { p: column.path, v: value } : null
  }
  const [first, last] = daysOf(per, key)
  return filter.during ? { p: column.path, v: filter.during(first, last) } : null
}

/** The conditions of several buckets together; `null` when one of them has none. */
export function together(conditions: (Condition | null | undefined)[]): Condition[] | null {
  return conditions.every((one): one is Condition => one !== null && one !== undefined) ? conditions : null
}

/** The condition that keeps what none of these buckets does: of one field, as one filter would say it, else as a group. */
export function outside(buckets: { narrow: Condition | null }[]): Condition | null {
  const all = together(buckets.map(({ narrow }) => narrow))
  return all ? { none: all } : null
}
