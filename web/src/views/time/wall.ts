/** Wall-clock arithmetic: days are `YYYY-MM-DD`, moments `YYYY-MM-DDTHH:MM`, both of the person's time zone; pure. */

const dayMs = 86_400_000
export const minutesADay = 1440

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * dayMs).toISOString().slice(0, 10)
}

export function addMonths(day: string, count: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + count + 1, 0)).getUTCDate()
  const moved = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + count, Math.min(date.getUTCDate(), last))
  return new Date(moved).toISOString().slice(0, 10)
}

/** 1 is Monday, 7 Sunday. */
export function weekday(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || 7
}

/** The first day of the week of `day`; weeks begin on `first`. */
export function weekStart(day: string, first = 1): string {
  return addDays(day, -((weekday(day) - first + 7) % 7))
}

export function monthStart(day: string): string {
  return `${day.slice(0, 7)}-01`
}

/** `count` days from `day`. */
export function daysFrom(day: string, count: number): string[] {
  return Array.from({ length: count }, (_, position) => addDays(day, position))
}

/** The whole weeks in which the month of `day` lies. */
export function monthGrid(day: string, first = 1): string[] {
  const days = daysFrom(weekStart(monthStart(day), first), 42)
  const last = days.findLastIndex((one) => one.startsWith(day.slice(0, 7)))
  return days.slice(0, last - (last % 7) + 7)
}

/** Minutes since midnight: `…T14:05` → 845. */
export function minutesOf(moment: string): number {
  return Number(moment.slice(11, 13)) * 60 + Number(moment.slice(14, 16))
}

/** The moment that many minutes after midnight of `day`; beyond a day's, on another one. */
export function momentAt(day: string, minutes: number): string {
  const days = Math.floor(minutes / minutesADay)
  const left = minutes - days * minutesADay
  const pad = (value: number) => String(value).padStart(2, '0')
  return `${addDays(day, days)}T${pad(Math.floor(left / 60))}:${pad(left % 60)}`
}

/** Minutes from one moment to another. */
export function minutesBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}:00Z`) - Date.parse(`${from}:00Z`)) / 60_000)
}

export function addMinutes(moment: string, minutes: number): string {
  return new Date(Date.parse(`${moment}:00Z`) + minutes * 60_000).toISOString().slice(0, 16)
}

/** `07:30` → 450. */
export function clockMinutes(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))
}

export function snapped(minutes: number, step: number): number {
  return Math.round(minutes / step) * step
}
