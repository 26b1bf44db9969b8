import type { RecordData } from '../../api/types'
import { instantOf, localOf } from '../../format/dates'
import type { Manner } from '../../format/locale'
import { exceptionsOf, occurrences } from './recurrence'
import { addDays, addMinutes, minutesADay, minutesBetween, minutesOf } from './wall'

/** Which fields say when, and whether they hold days or instants. */
export interface When {
  starts: string
  ends: string | null
  allDay: string | null
  recurrence: string | null
  /** Days that are taken out of a series; of what was taken out, the series and the day that it stands for. */
  exceptions: string | null
  series: string | null
  occurrence: string | null
  /** The fields are dates: no hours. */
  dated: boolean
}

/** A record at one time: an event, or one occurrence of it. */
export interface Happening {
  /** Unlike that of any other occurrence. */
  key: string
  record: RecordData
  /** Moments, the end excluded; of whole days, midnights. */
  from: string
  to: string
  wholeDays: boolean
  /** One of several occurrences: people say which of them move with it. */
  repeated: boolean
}

/** Where nothing says how long. */
const usualMinutes = 60

/** The happenings of records in the days from `first` to before `end`. */
export function happeningsOf(
  records: RecordData[],
  when: When,
  manner: Manner,
  first: string,
  end: string,
): Happening[] {
  return records.flatMap((record): Happening[] => {
    const span = spanOf(record, when, manner)
    if (!span) return []
    const rule = when.recurrence ? record[when.recurrence] : null
    if (typeof rule !== 'string' || rule === '') {
      const touches = span.from.slice(0, 10) < end && span.to > `${first}T00:00`
      const lasts =
        touches || (span.from === span.to && span.from.slice(0, 10) >= first && span.from.slice(0, 10) < end)
      return lasts ? [{ key: record.id, record, ...span, repeated: false }] : []
    }
    const length = minutesBetween(span.from, span.to)
    const before = addDays(first, -Math.ceil(length / minutesADay))
    const out = when.exceptions ? exceptionsOf(record[when.exceptions]) : []
    const days = occurrences(rule, span.from.slice(0, 10), before, end).filter((day) => !out.includes(day))
    return days.map((day) => {
      const from = day + span.from.slice(10)
      return { key: `${record.id} ${day}`, record, ...span, from, to: addMinutes(from, length), repeated: true }
    })
  })
}

export function spanOf(
  record: RecordData,
  when: When,
  manner: Manner,
): Pick<Happening, 'from' | 'to' | 'wholeDays'> | null {
  const starts = record[when.starts]
  const ends = when.ends ? record[when.ends] : null
  if (typeof starts !== 'string') return null
  if (when.dated) {
    // Both days count: an end on the same day is one day long.
    const last = typeof ends === 'string' && ends >= starts ? ends : starts
    return { from: `${starts}T00:00`, to: `${addDays(last, 1)}T00:00`, wholeDays: true }
  }
  const from = localOf(starts, manner)?.slice(0, 16)
  if (!from) return null
  const said = typeof ends === 'string' ? localOf(ends, manner)?.slice(0, 16) : null
  const to = said && said >= from ? said : addMinutes(from, usualMinutes)
  if (when.allDay && record[when.allDay] === true) {
    const last = minutesOf(to) === 0 && to > from ? to : `${addDays(to.slice(0, 10), 1)}T00:00`
    return { from: `${from.slice(0, 10)}T00:00`, to: last, wholeDays: true }
  }
  return { from, to, wholeDays: false }
}

/** The values that make a record happen from `from` to `to`. */
export function valuesFor(when: When, manner: Manner, from: string, to: string): Record<string, unknown> {
  if (when.dated) {
    const last = addDays(addMinutes(to, -1).slice(0, 10), 0)
    return { [when.starts]: from.slice(0, 10), ...(when.ends ? { [when.ends]: last } : {}) }
  }
  return {
    [when.starts]: instantOf(from, manner),
    ...(when.ends ? { [when.ends]: instantOf(to, manner) } : {}),
  }
}

/** The filter of records that may happen from `first` to before `end`. */
export function whereIn(when: When, manner: Manner, first: string, end: string): string {
  const at = (day: string) =>
    when.dated ? `date '${day}'` : `datetime '${instantOf(`${day}T00:00`, manner) ?? `${day}T00:00:00Z`}'`
  const { starts, ends, recurrence } = when
  // Whatever has no end, or ends where it begins, counts by its beginning.
  const lasting = ends
    ? `(${starts} >= ${at(first)} or ${ends} ${when.dated ? '>=' : '>'} ${at(first)})`
    : `${starts} >= ${at(first)}`
  const inside = `${starts} < ${at(end)} and ${lasting}`
  return recurrence ? `(${inside}) or (${recurrence} != null and ${starts} < ${at(end)})` : inside
}
