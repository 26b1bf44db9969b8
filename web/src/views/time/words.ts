import { kept, locales, type Manner } from '../../format/locale'
import { addDays, addMinutes } from './wall'

function words(manner: Manner, name: string, options: Intl.DateTimeFormatOptions, day: string): string {
  const format = kept(
    `wall ${manner.language} ${name}`,
    () => new Intl.DateTimeFormat(locales[manner.language], { ...options, timeZone: 'UTC' }),
  )
  return format.format(new Date(`${day.slice(0, 10)}T12:00:00Z`))
}

/** `lun. 23` */
export const dayHead = (day: string, manner: Manner) => words(manner, 'head', { weekday: 'short', day: 'numeric' }, day)
/** `lundi 23 novembre` */
export const dayInFull = (day: string, manner: Manner) =>
  words(manner, 'full', { weekday: 'long', day: 'numeric', month: 'long' }, day)
/** `novembre 2026` */
export const monthWords = (day: string, manner: Manner) =>
  words(manner, 'month', { month: 'long', year: 'numeric' }, day)
/** `23 nov.` */
export const shortDay = (day: string, manner: Manner) => words(manner, 'short', { day: 'numeric', month: 'short' }, day)
/** `lun.` */
export const weekdayWord = (day: string, manner: Manner) => words(manner, 'weekday', { weekday: 'short' }, day)

/** `23 – 29 nov. 2026`, from the first to the last day shown. */
export function rangeWords(first: string, last: string, manner: Manner): string {
  const format = kept(
    `wall ${manner.language} range`,
    () =>
      new Intl.DateTimeFormat(locales[manner.language], {
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        timeZone: 'UTC',
      }),
  )
  return format.formatRange(new Date(`${first}T12:00:00Z`), new Date(`${last}T12:00:00Z`))
}

/** `lun. 23, 09:00 – 10:30`; of whole days, the days. */
export function saidSpan(from: string, to: string, wholeDays: boolean, manner: Manner): string {
  if (!wholeDays) {
    const sameDay = from.slice(0, 10) === to.slice(0, 10)
    return `${dayHead(from, manner)}, ${from.slice(11)} – ${sameDay ? '' : `${dayHead(to, manner)}, `}${to.slice(11)}`
  }
  const last = addMinutes(to, -1).slice(0, 10)
  const first = from.slice(0, 10)
  return last <= first ? dayInFull(first, manner) : rangeWords(first, last, manner)
}

/** Every day that a happening touches. */
export function touchedDays(from: string, to: string): string[] {
  const days = [from.slice(0, 10)]
  const last = to > from ? addMinutes(to, -1).slice(0, 10) : from.slice(0, 10)
  while ((days.at(-1) as string) < last && days.length < 400) days.push(addDays(days.at(-1) as string, 1))
  return days
}

/** `nov. 2026` */
export const monthOfYear = (day: string, manner: Manner) =>
  words(manner, 'monthyear', { month: 'short', year: 'numeric' }, day)
