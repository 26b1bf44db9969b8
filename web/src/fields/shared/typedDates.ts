import { daysBetween } from '../../format/dates'

const months: Record<string, number> = {}
for (const [position, words] of [
  'jan janv janvier january',
  'fev fevr fevrier feb february',
  'mar mars march',
  'avr avril apr april',
  'mai may',
  'jun juin june',
  'jul juil juillet july',
  'aou aout aug august',
  'sep sept septembre september',
  'oct octobre october',
  'nov novembre november',
  'dec decembre december',
].entries()) {
  for (const word of words.split(' ')) months[word] = position + 1
}

const nearby: Record<string, number> = {
  auj: 0,
  aujourdhui: 0,
  today: 0,
  hier: -1,
  yesterday: -1,
  demain: 1,
  tomorrow: 1,
}

/**
 * A day as people type it, as `YYYY-MM-DD`: `23/11/2026`, `23-11`, `23 nov`, `2026-11-23`, `demain`, `+3`; `null` if it is none.
 *
 * `today` (`YYYY-MM-DD`) gives the year that was left out.
 */
export function parseDay(typed: string, today: string): string | null {
  const text = typed
    .trim()
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f.’']/g, (mark) => (mark === '.' ? '.' : ''))
  const near = nearby[text.replace(/[^a-z]/g, '')]
  if (near !== undefined && /^[a-z]+$/.test(text)) return shifted(today, near)
  const relative = /^([+-])(\d{1,4})$/.exec(text)
  if (relative) return shifted(today, Number(relative[2]) * (relative[1] === '-' ? -1 : 1))
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  if (iso) return calendarDay(Number(iso[1]), Number(iso[2]), Number(iso[3]))
  const year = Number(today.slice(0, 4))
  const figures = /^(\d{1,2})[/. -](\d{1,2})(?:[/. -](\d{2}|\d{4}))?$/.exec(text)
  if (figures) return calendarDay(fullYear(figures[3], year), Number(figures[2]), Number(figures[1]))
  const packed = /^(\d{2})(\d{2})(\d{4}|\d{2})$/.exec(text)
  if (packed) return calendarDay(fullYear(packed[3], year), Number(packed[2]), Number(packed[1]))
  const worded = /^(\d{1,2})(?:er)?\s*([a-z]+)\.?\s*(\d{2}|\d{4})?$/.exec(text)
  const month = worded?.[2] ? months[worded[2]] : undefined
  return worded && month ? calendarDay(fullYear(worded[3], year), month, Number(worded[1])) : null
}

/** A time of day as people type it, as `HH:MM:SS`: `14:05`, `14h`, `14h05`, `1405`; `null` if it is none. */
export function parseTime(typed: string): string | null {
  const text = typed.trim().toLowerCase().replace(/\s+/g, '')
  const found = /^(\d{1,2})(?:[h:.](\d{2})?)?(?::(\d{2}))?$/.exec(text) ?? /^(\d{2})(\d{2})$/.exec(text)
  if (!found) return null
  const [, hour = '0', minute = '0', second = '0'] = found
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  return [hour, minute, second].map((part) => part.padStart(2, '0')).join(':')
}

/** `2026-11-23` → `23/11/2026`, the form in which days are typed. */
export function typedDay(day: string): string {
  const [year, month, date] = day.split('-')
  return `${date}/${month}/${year}`
}

function fullYear(text: string | undefined, thisYear: number): number {
  if (text === undefined) return thisYear
  return text.length === 4 ? Number(text) : 2000 + Number(text) - (2000 + Number(text) > thisYear + 30 ? 100 : 0)
}

function calendarDay(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day))
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return real ? date.toISOString().slice(0, 10) : null
}

function shifted(day: string, by: number): string | null {
  const found = new Date(Date.parse(`${day}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10)
  return daysBetween(day, found) === by ? found : null
}
