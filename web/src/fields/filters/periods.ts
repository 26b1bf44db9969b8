import { dayOf } from '../../format/dates'
import type { Manner } from '../../format/locale'
import { now } from '../../format/now'
import type { FilterValue } from '../types'

/** A first and a last day, `YYYY-MM-DD`; `null` is open. */
export type Days = readonly [string | null, string | null]

/** Lengths of time that people count in. */
export const units = ['days', 'weeks', 'months', 'years'] as const
export type Unit = (typeof units)[number]

/** Periods with a name. They are kept by it and counted anew each day, so that a kept link stays true. */
export const namedPeriods = [
  'today',
  'yesterday',
  'tomorrow',
  'thisWeek',
  'lastWeek',
  'nextWeek',
  'thisMonth',
  'lastMonth',
  'nextMonth',
  'thisQuarter',
  'lastQuarter',
  'thisYear',
  'lastYear',
  'past',
  'future',
] as const
export type NamedPeriod = (typeof namedPeriods)[number]

/** Periods counted from today: the last six months, longer ago than ten days, in more than two weeks. */
export const countedPeriods = ['last', 'next', 'longerAgo', 'furtherOff'] as const
export type CountedPeriod = (typeof countedPeriods)[number]

/** What links of before say; counted like the others. */
const former: Record<string, { o: CountedPeriod; n: number }> = {
  last7: { o: 'last', n: 7 },
  last30: { o: 'last', n: 30 },
  next7: { o: 'next', n: 7 },
  next30: { o: 'next', n: 30 },
}

/** A filter on a period as it is kept now. */
export function current(value: FilterValue): FilterValue {
  const known = former[value.o]
  return known ? { o: known.o, n: known.n, u: 'days' } : value
}

/** The day some days, weeks, months or years away. A month without such a day gives its last one: 31 January and a month is 28 February. */
export function shifted(day: string, by: number, unit: Unit): string {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number)
  if (unit === 'days' || unit === 'weeks') {
    return iso(new Date(Date.UTC(year, month - 1, date + by * (unit === 'weeks' ? 7 : 1))))
  }
  const months = month - 1 + by * (unit === 'years' ? 12 : 1)
  const lastDay = new Date(Date.UTC(year, months + 1, 0)).getUTCDate()
  return iso(new Date(Date.UTC(year, months, Math.min(date, lastDay))))
}

function iso(date: Date): string {
  return date.toISOString().slice(0, 10)
}

/** Weeks begin on `first`: 1 is Monday. */
function weekOf(day: string, away: number, first: number): Days {
  const passed = (new Date(`${day}T12:00:00Z`).getUTCDay() - first + 7) % 7
  const begins = shifted(day, away * 7 - passed, 'days')
  return [begins, shifted(begins, 6, 'days')]
}

/** The `length` months that begin `away` times as many from those that `day` is in, counted from January. */
function monthsOf(day: string, length: number, away: number): Days {
  const month = Number(day.slice(5, 7)) - 1
  const january = `${day.slice(0, 4)}-01-01`
  const first = shifted(january, (Math.floor(month / length) + away) * length, 'months')
  return [first, shifted(shifted(first, length, 'months'), -1, 'days')]
}

const named: Record<NamedPeriod, (today: string, first: number) => Days> = {
  today: (today) => [today, today],
  yesterday: (today) => [shifted(today, -1, 'days'), shifted(today, -1, 'days')],
  tomorrow: (today) => [shifted(today, 1, 'days'), shifted(today, 1, 'days')],
  thisWeek: (today, first) => weekOf(today, 0, first),
  lastWeek: (today, first) => weekOf(today, -1, first),
  nextWeek: (today, first) => weekOf(today, 1, first),
  thisMonth: (today) => monthsOf(today, 1, 0),
  lastMonth: (today) => monthsOf(today, 1, -1),
  nextMonth: (today) => monthsOf(today, 1, 1),
  thisQuarter: (today) => monthsOf(today, 3, 0),
  lastQuarter: (today) => monthsOf(today, 3, -1),
  thisYear: (today) => monthsOf(today, 12, 0),
  lastYear: (today) => monthsOf(today, 12, -1),
  past: (today) => [null, shifted(today, -1, 'days')],
  future: (today) => [today, null],
}

const counted: Record<CountedPeriod, (today: string, count: number, unit: Unit) => Days> = {
  last: (today, count, unit) => [shifted(today, -count, unit), today],
  next: (today, count, unit) => [today, shifted(today, count, unit)],
  longerAgo: (today, count, unit) => [null, shifted(shifted(today, -count, unit), -1, 'days')],
  furtherOff: (today, count, unit) => [shifted(shifted(today, count, unit), 1, 'days'), null],
}

/** How many, and of what, a counted period says. */
export function countOf(value: FilterValue): { count: number; unit: Unit } | null {
  const count = Number(value.n)
  const unit = units.find((known) => known === value.u)
  return unit && Number.isInteger(count) && count > 0 && count <= 9999 ? { count, unit } : null
}

/** The days of a period, as seen on `today`, in weeks that begin on `first`; `null` while it is not complete or is no period. */
export function daysOf(raw: FilterValue, today: string, first = 1): Days | null {
  const value = current(raw)
  if (value.o in named) return named[value.o as NamedPeriod](today, first)
  if (value.o in counted) {
    const said = countOf(value)
    return said && counted[value.o as CountedPeriod](today, said.count, said.unit)
  }
  if (value.o !== 'range') return null
  const day = (key: string) => {
    const found = value[key]
    return typeof found === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(found) ? found : null
  }
  const days: Days = [day('a'), day('b')]
  return days[0] || days[1] ? days : null
}

/** Ends of a period as they are kept: days, `YYYY-MM-DD`, or so many days after the day on which somebody asks. */
export type KeptDays = readonly [string | number | null, string | number | null]

/** Periods that are as many days from today on every day of the year. */
const keptNamed: Partial<Record<NamedPeriod, KeptDays>> = {
  today: [0, 0],
  yesterday: [-1, -1],
  tomorrow: [1, 1],
  past: [null, -1],
  future: [0, null],
}
export const keptPeriods = Object.keys(keptNamed) as NamedPeriod[]

const keptCounted: Record<CountedPeriod, (days: number) => KeptDays> = {
  last: (days) => [-days, 0],
  next: (days) => [0, days],
  longerAgo: (days) => [null, -days - 1],
  furtherOff: (days) => [days + 1, null],
}

const inDays: Partial<Record<Unit, number>> = { days: 1, weeks: 7 }
export const keptUnits = Object.keys(inDays) as Unit[]

/** The ends of a period that is kept for other days; `null` while it is not complete, or is as long as its month. */
export function keptDaysOf(raw: FilterValue): KeptDays | null {
  const value = current(raw)
  if (value.o in counted) {
    const said = countOf(value)
    const length = said && inDays[said.unit]
    return said && length ? keptCounted[value.o as CountedPeriod](said.count * length) : null
  }
  return value.o === 'range' ? daysOf(value, '') : (keptNamed[value.o as NamedPeriod] ?? null)
}

/** The period of those ends; `null` where none has a name. */
export function keptPeriod([first, last]: KeptDays): FilterValue | null {
  if (typeof first !== 'number' && typeof last !== 'number') {
    return first || last ? { o: 'range', a: first ?? '', b: last ?? '' } : null
  }
  const same = (days: KeptDays) => days[0] === first && days[1] === last
  const name = keptPeriods.find((one) => same(keptNamed[one] ?? [null, null]))
  if (name) return { o: name }
  const lengths = [first, last].flatMap((end) => (typeof end === 'number' ? [Math.abs(end), Math.abs(end) - 1] : []))
  for (const o of countedPeriods) {
    const n = lengths.find((days) => days > 0 && same(keptCounted[o](days)))
    if (n) return { o, n, u: 'days' }
  }
  return null
}

/** The calendar day it is for the person who asks. */
export function todayOf(manner: Manner): string {
  return dayOf(now(), manner)
}
