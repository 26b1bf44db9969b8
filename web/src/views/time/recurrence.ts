import { addDays, addMonths, monthStart, weekday, weekStart } from './wall'

/** What is read of an iCalendar rule (RFC 5545): how often, until when, on which days. */
interface Rule {
  freq: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'
  interval: number
  count: number | null
  until: string | null
  /** Weekdays 1 to 7, with which of the month (`2MO`, `-1FR`), 0 where none is said. */
  byDay: { weekday: number; nth: number }[]
  byMonthDay: number[]
}

const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
/** Steps looked at: a rule far from its beginning ends here rather than never. */
const most = 4000

/** `FREQ=WEEKLY;BYDAY=MO`; `null` where it says something that is not read here, so that it is not drawn wrong. */
export function parseRule(text: string): Rule | null {
  const rule: Rule = { freq: 'DAILY', interval: 1, count: null, until: null, byDay: [], byMonthDay: [] }
  let known = false
  for (const part of text.split(';')) {
    const [name, value = ''] = part.split('=')
    if (name === 'FREQ') {
      if (!['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'].includes(value)) return null
      rule.freq = value as Rule['freq']
      known = true
    } else if (name === 'INTERVAL') rule.interval = Math.max(1, Number(value) || 1)
    else if (name === 'COUNT') rule.count = Number(value) || null
    else if (name === 'UNTIL') rule.until = `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6, 8)}`
    else if (name === 'BYDAY') {
      for (const day of value.split(',')) {
        const found = /^([+-]?\d)?(MO|TU|WE|TH|FR|SA|SU)$/.exec(day)
        if (!found) return null
        rule.byDay.push({ weekday: weekdays.indexOf(found[2] as string) + 1, nth: Number(found[1] ?? 0) })
      }
    } else if (name === 'BYMONTHDAY') rule.byMonthDay = value.split(',').map(Number)
    else if (name !== 'WKST') return null
  }
  return known ? rule : null
}

/** The days on which something that begins on `first` happens, from `from` to before `to`. */
export function occurrences(text: string, first: string, from: string, to: string): string[] {
  const rule = parseRule(text)
  if (!rule) return first >= from && first < to ? [first] : []
  const found: string[] = []
  let made = 0
  for (let step = 0; step < most; step += 1) {
    const days = daysOfStep(rule, first, step * rule.interval)
    for (const day of days) {
      if (day < first) continue
      if (rule.until && day > rule.until) return found
      made += 1
      if (rule.count !== null && made > rule.count) return found
      if (day >= to) return found
      if (day >= from) found.push(day)
    }
    if (days.length > 0 && (days[0] as string) >= to) return found
  }
  return found
}

/** The days of the period that lies `offset` periods after the first. */
function daysOfStep(rule: Rule, first: string, offset: number): string[] {
  if (rule.freq === 'DAILY') {
    const day = addDays(first, offset)
    return rule.byDay.length === 0 || rule.byDay.some((one) => one.weekday === weekday(day)) ? [day] : []
  }
  if (rule.freq === 'WEEKLY') {
    const start = weekStart(addDays(first, offset * 7))
    const chosen = rule.byDay.length ? rule.byDay.map((one) => one.weekday) : [weekday(first)]
    return chosen.sort((a, b) => a - b).map((day) => addDays(start, day - 1))
  }
  const month = addMonths(monthStart(first), rule.freq === 'MONTHLY' ? offset : offset * 12)
  const length = Number(addDays(addMonths(month, 1), -1).slice(8))
  if (rule.byDay.length) {
    return rule.byDay.flatMap(({ weekday: wanted, nth }) => nthOfMonth(month, length, wanted, nth)).sort()
  }
  const dates = rule.byMonthDay.length ? rule.byMonthDay : [Number(first.slice(8))]
  // A month without a 31st has no such day.
  const days = dates.map((date) => (date < 0 ? length + 1 + date : date)).filter((date) => date >= 1 && date <= length)
  return days.sort((a, b) => a - b).map((date) => addDays(month, date - 1))
}

function nthOfMonth(month: string, length: number, wanted: number, nth: number): string[] {
  const all: string[] = []
  for (let date = 0; date < length; date += 1) {
    const day = addDays(month, date)
    if (weekday(day) === wanted) all.push(day)
  }
  if (nth === 0) return all
  const chosen = nth > 0 ? all[nth - 1] : all[all.length + nth]
  return chosen ? [chosen] : []
}

/** `20310205,20310212`, iCalendar's EXDATE, as days. */
export function exceptionsOf(text: unknown): string[] {
  if (typeof text !== 'string') return []
  return text.split(',').flatMap((one) => {
    const found = /^(\d{4})(\d{2})(\d{2})/.exec(one.trim())
    return found ? [`${found[1]}-${found[2]}-${found[3]}`] : []
  })
}

export function writeExceptions(days: string[]): string | null {
  return days.length ? [...new Set(days)].sort().map(compact).join(',') : null
}

function compact(day: string): string {
  return day.replaceAll('-', '')
}

/** The rule of what comes before a day. */
export function endedBefore(text: string, day: string): string {
  return withParts(text, { COUNT: null, UNTIL: compact(addDays(day, -1)) })
}

/** The rule of what comes from a day on, of a series that began on `first`. */
export function restFrom(text: string, first: string, day: string): string {
  const count = parseRule(text)?.count ?? null
  return count === null ? text : withParts(text, { COUNT: String(count - occurrences(text, first, first, day).length) })
}

/** The rule of a series that comes so many days later; `null` where its words fix days that would have to be others. */
export function shiftedRule(text: string, days: number): string | null {
  const rule = parseRule(text)
  if (!rule || days === 0) return rule ? text : null
  const until: Record<string, string> = rule.until === null ? {} : { UNTIL: compact(addDays(rule.until, days)) }
  const monthly = rule.freq === 'MONTHLY' || rule.freq === 'YEARLY'
  if (monthly && (rule.byDay.length > 0 || rule.byMonthDay.length > 0)) return null
  if (rule.byDay.length === 0) return withParts(text, until)
  const moved = rule.byDay.map((one) => (((one.weekday - 1 + days) % 7) + 7) % 7).sort((a, b) => a - b)
  return withParts(text, { ...until, BYDAY: moved.map((at) => weekdays[at]).join(',') })
}

/** The rule with parts that say something else; `null` leaves one out. */
function withParts(text: string, parts: Record<string, string | null>): string {
  const kept = text.split(';').filter((part) => !((part.split('=')[0] as string) in parts))
  const added = Object.entries(parts).flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]))
  return [...kept, ...added].join(';')
}
