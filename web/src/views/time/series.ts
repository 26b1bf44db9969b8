import type { RecordData } from '../../api/types'
import type { Manner } from '../../format/locale'
import { type Happening, spanOf, valuesFor, type When } from './happenings'
import { endedBefore, exceptionsOf, occurrences, restFrom, shiftedRule, writeExceptions } from './recurrence'
import { addDays, addMinutes, minutesADay, minutesBetween } from './wall'

/** Which occurrences of a series move together. */
export type Scope = 'one' | 'following' | 'all'

/** What a move says of the series' record, and of the record that is made beside it. */
export interface SeriesMove {
  update: Record<string, unknown>
  /** Over a copy of the series; `null` where none is made. */
  create: Record<string, unknown> | null
  /** The new record stands for one day of the series. */
  of: string | null
}

/** The scopes that the fields of a view and the place of an occurrence leave. */
export function scopesOf(happening: Happening, when: When, manner: Manner): Scope[] {
  const rule = ruleOf(happening.record, when)
  const begins = spanOf(happening.record, when, manner)?.from.slice(0, 10)
  if (!rule || !begins) return []
  const day = happening.from.slice(0, 10)
  const first = occurrences(rule, begins, begins, addDays(day, 1))[0] === day
  return [
    ...(when.exceptions && when.series ? (['one'] as const) : []),
    ...(first ? [] : (['following'] as const)),
    'all',
  ]
}

/** How an occurrence gets other times, with those that move along; `null` where the rule has no words for it. */
export function seriesMove(
  scope: Scope,
  happening: Happening,
  when: When,
  manner: Manner,
  from: string,
  to: string,
): SeriesMove | null {
  const { record } = happening
  const { recurrence, exceptions, occurrence } = when
  const rule = ruleOf(record, when)
  const span = spanOf(record, when, manner)
  if (!recurrence || !rule || !span) return null
  const day = happening.from.slice(0, 10)
  const out = exceptions ? exceptionsOf(record[exceptions]) : []
  const days = minutesBetween(`${day}T00:00`, `${from.slice(0, 10)}T00:00`) / minutesADay
  const taken = (list: string[]) => (exceptions ? { [exceptions]: writeExceptions(list) } : {})
  const moved = (list: string[]) => list.map((one) => addDays(one, days))
  if (scope === 'one') {
    const own = { [recurrence]: null, ...taken([]), ...(occurrence ? { [occurrence]: day } : {}) }
    return { update: taken([...out, day]), create: { ...valuesFor(when, manner, from, to), ...own }, of: day }
  }
  if (scope === 'following') {
    const rest = shiftedRule(restFrom(rule, span.from.slice(0, 10), day), days)
    if (rest === null) return null
    const own = { [recurrence]: rest, ...taken(moved(out.filter((one) => one >= day))) }
    return {
      update: { [recurrence]: endedBefore(rule, day), ...taken(out.filter((one) => one < day)) },
      create: { ...valuesFor(when, manner, from, to), ...own },
      of: null,
    }
  }
  const shifted = shiftedRule(rule, days)
  if (shifted === null) return null
  const begins = addMinutes(span.from, minutesBetween(happening.from, from))
  const times = valuesFor(when, manner, begins, addMinutes(begins, minutesBetween(from, to)))
  return { update: { ...times, [recurrence]: shifted, ...taken(moved(out)) }, create: null, of: null }
}

function ruleOf(record: RecordData, when: When): string | null {
  const rule = when.recurrence ? record[when.recurrence] : null
  return typeof rule === 'string' && rule !== '' ? rule : null
}
