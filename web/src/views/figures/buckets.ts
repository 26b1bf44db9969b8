import type { Group } from '../../api/source'
import type { Axis, Measure } from '../../api/types'
import type { Condition } from '../../conditions/conditions'
import { durationSeconds, isoDuration } from '../../format/durations'
import type { Manner } from '../../format/locale'
import { addDays, addMonths, weekStart } from '../time/wall'
import { monthOfYear, shortDay } from '../time/words'

/** The periods that a date is grouped by. */
export type Period = NonNullable<Axis['per']>

/** What records of a group have in common along one axis. `key` is `null` where there is no value. */
export interface Bucket {
  key: string | null
  label: string
  colour: string | null
  /** What keeps exactly these records in a list; `null` where nothing says it. */
  narrow: Condition | null
}

/** A part of a group's key, as `$apply` computes it: OData expressions. */
type Key = string | { name: string; expression: string }

/** The keys that put a date or instant in its period. Weeks are put together here, from days. */
export function periodKeys(path: string, per: Period, dated: boolean, name: string): Key[] {
  const of = path.replaceAll('.', '/')
  const year = { name: `${name}_year`, expression: `year(${of})` }
  if (per === 'year') return [year]
  if (per === 'quarter') return [year, { name: `${name}_quarter`, expression: `(month(${of}) sub 1) div 3` }]
  if (per === 'month') return [year, { name: `${name}_month`, expression: `month(${of})` }]
  return dated ? [path] : [{ name: `${name}_day`, expression: `date(${of})` }]
}

/** The period of a group's keys, sorted as time is: `2026`, `2026-3`, `2026-11`, `2026-11-23`. */
export function periodOf(per: Period, keys: unknown[]): string | null {
  const [first, second] = keys
  if (first === null || first === undefined) return null
  if (per === 'year') return String(first).padStart(4, '0')
  if (per === 'quarter') return `${first}-${Number(second) + 1}`
  if (per === 'month') return `${first}-${String(second).padStart(2, '0')}`
  return per === 'week' ? weekStart(String(first).slice(0, 10)) : String(first).slice(0, 10)
}

export function periodWords(per: Period, key: string, manner: Manner): string {
  if (per === 'year') return key
  if (per === 'quarter') return `${manner.language === 'fr' ? 'T' : 'Q'}${key.slice(5)} ${key.slice(0, 4)}`
  return per === 'month' ? monthOfYear(`${key}-01`, manner) : shortDay(key, manner)
}

/** The period after one. */
function following(per: Period, key: string): string {
  if (per === 'year') return String(Number(key) + 1)
  if (per === 'quarter')
    return key.endsWith('-4') ? `${Number(key.slice(0, 4)) + 1}-1` : `${key.slice(0, 5)}${Number(key.slice(5)) + 1}`
  if (per === 'month') return addMonths(`${key}-01`, 1).slice(0, 7)
  return addDays(key, per === 'week' ? 7 : 1)
}

/** The first and the last day of a period. */
export function daysOf(per: Period, key: string): [first: string, last: string] {
  return [firstDay(per, key), addDays(firstDay(per, following(per, key)), -1)]
}

function firstDay(per: Period, key: string): string {
  if (per === 'year') return `${key}-01-01`
  if (per === 'quarter') return `${key.slice(0, 4)}-${String(Number(key.slice(5)) * 3 - 2).padStart(2, '0')}-01`
  return per === 'month' ? `${key}-01` : key
}

/** Every period from the first to the last: a month without anything is a gap, not a jump. */
export function withoutGaps(per: Period, keys: string[], most = 400): string[] {
  const sorted = [...keys].sort()
  const [first] = sorted
  const last = sorted.at(-1)
  if (!first || !last) return []
  const all = [first]
  while ((all.at(-1) as string) < last && all.length < most) all.push(following(per, all.at(-1) as string))
  return (all.at(-1) as string) < last ? sorted : all
}

/** Whether figures of several groups give the figure of them together. */
export function isFoldable(method: Measure['method']): boolean {
  return method !== 'average' && method !== 'distinct'
}

/** A figure as a number: durations in seconds; `null` where there is none. */
export function figureNumber(raw: unknown): number | null {
  if (typeof raw === 'number') return raw
  if (typeof raw !== 'string' || raw === '') return null
  const number = Number(raw)
  return Number.isNaN(number) ? durationSeconds(raw) : number
}

/** Groups of the same key as one. */
export function folded(groups: Group[], measures: { name: string; method: Measure['method'] }[]): Group[] {
  const byKey = new Map<string, Group>()
  for (const group of groups) {
    const key = JSON.stringify(group.keys)
    const other = byKey.get(key)
    byKey.set(key, other ? { keys: group.keys, figures: together(other, group, measures) } : group)
  }
  return [...byKey.values()]
}

function together(a: Group, b: Group, measures: { name: string; method: Measure['method'] }[]): Group['figures'] {
  return Object.fromEntries(
    measures.map(({ name, method }) => {
      const [left, right] = [a.figures[name], b.figures[name]]
      if (left === null || left === undefined) return [name, right]
      if (right === null || right === undefined) return [name, left]
      const [x, y] = [figureNumber(left) ?? 0, figureNumber(right) ?? 0]
      if (method === 'min') return [name, x <= y ? left : right]
      if (method === 'max') return [name, x >= y ? left : right]
      const isDuration = typeof left === 'string' && Number.isNaN(Number(left))
      return [name, isDuration ? isoDuration(x + y) : Math.round((x + y) * 1e6) / 1e6]
    }),
  )
}
