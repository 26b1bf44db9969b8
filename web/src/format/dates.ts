import { kept, locales, type Manner } from './locale'

const dayMs = 86_400_000

function formatter(manner: Manner, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `date ${manner.language} ${options.timeZone ?? manner.timeZone} ${name}`
  return kept(key, () => new Intl.DateTimeFormat(locales[manner.language], { timeZone: manner.timeZone, ...options }))
}

/** The calendar day of an instant in the manner's time zone, `YYYY-MM-DD`. */
export function dayOf(instant: Date, manner: Manner): string {
  const parts = kept(
    `parts ${manner.timeZone}`,
    () =>
      new Intl.DateTimeFormat('en-CA', {
        timeZone: manner.timeZone,
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
      }),
  )
  return parts.format(instant)
}

/** Whole days from `from` to `to`, both `YYYY-MM-DD`. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs)
}

const nearWords: Record<Manner['language'], Record<number, string>> = {
  fr: { [-2]: 'avant-hier', [-1]: 'hier', 0: 'aujourd’hui', 1: 'demain', 2: 'après-demain' },
  en: { [-1]: 'yesterday', 0: 'today', 1: 'tomorrow' },
}

/**
 * A calendar day as people nearby say it: `hier`, `lundi`, `12 nov.`, `12 nov. 2024`.
 *
 * `day` and `today` are `YYYY-MM-DD`.
 */
export function nearDay(day: string, today: string, manner: Manner): string {
  const away = daysBetween(today, day)
  const word = nearWords[manner.language][away]
  if (word !== undefined) return word
  const date = new Date(`${day}T12:00:00Z`)
  if (away > 0 && away < 7) return formatter(manner, 'weekday', { weekday: 'long', timeZone: 'UTC' }).format(date)
  const sameYear = day.slice(0, 4) === today.slice(0, 4)
  return formatter(manner, sameYear ? 'dm' : 'dmy', {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(date)
}

/** An instant as people nearby say it: `14:05` today, `hier 14:05`, `12 nov. 14:05`, `12 nov. 2024`. */
export function nearInstant(iso: string, now: Date, manner: Manner): string {
  const instant = new Date(iso)
  if (Number.isNaN(instant.getTime())) return iso
  const day = dayOf(instant, manner)
  const today = dayOf(now, manner)
  const time = clock(instant, manner)
  if (day === today) return time
  const said = nearDay(day, today, manner)
  return day.slice(0, 4) === today.slice(0, 4) || Math.abs(daysBetween(today, day)) < 7 ? `${said} ${time}` : said
}

/** As `nearInstant`, with the day always said: for a sentence rather than a column. */
export function saidInstant(iso: string, now: Date, manner: Manner): string {
  const said = nearInstant(iso, now, manner)
  return /^\d{2}:\d{2}$/.test(said) ? `${nearWords[manner.language][0]} ${said}` : said
}

/** An instant in full: `lundi 23 novembre 2026 à 14:05:07`. */
export function exactInstant(iso: string, manner: Manner): string {
  const instant = new Date(iso)
  if (Number.isNaN(instant.getTime())) return iso
  return formatter(manner, 'exact', { dateStyle: 'full', timeStyle: 'medium' }).format(instant)
}

/** A calendar day in full: `lundi 23 novembre 2026`. */
export function exactDay(day: string, manner: Manner): string {
  const date = new Date(`${day}T12:00:00Z`)
  if (Number.isNaN(date.getTime())) return day
  return formatter(manner, 'exactday', { dateStyle: 'full', timeZone: 'UTC' }).format(date)
}

/** `14:05`. */
export function clock(instant: Date, manner: Manner): string {
  return formatter(manner, 'clock', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(instant)
}

/**
 * The instant of a wall-clock time in the manner's time zone, as ISO UTC; `local` is `YYYY-MM-DDTHH:MM[:SS]`.
 *
 * A time that a summer-time change skips is moved forward; one that happens twice is taken the first time.
 */
export function instantOf(local: string, manner: Manner): string | null {
  const wall = Date.parse(`${local.length === 16 ? `${local}:00` : local}Z`)
  if (Number.isNaN(wall)) return null
  // The offset is that of a nearby instant; correcting twice settles the hours around a change.
  const first = wall - offsetMs(new Date(wall), manner)
  const second = wall - offsetMs(new Date(first), manner)
  const earlier = wall - offsetMs(new Date(second - 3_600_000), manner)
  const chosen = earlier < second && earlier + offsetMs(new Date(earlier), manner) === wall ? earlier : second
  return new Date(chosen).toISOString().replace('.000Z', 'Z')
}

/** Wall-clock time of an instant in the manner's time zone: `YYYY-MM-DDTHH:MM:SS`. */
export function localOf(iso: string, manner: Manner): string | null {
  const instant = new Date(iso)
  if (Number.isNaN(instant.getTime())) return null
  return new Date(instant.getTime() + offsetMs(instant, manner)).toISOString().slice(0, 19)
}

function offsetMs(instant: Date, manner: Manner): number {
  const format = kept(
    `offset ${manner.timeZone}`,
    () =>
      new Intl.DateTimeFormat('en-US', {
        timeZone: manner.timeZone,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      }),
  )
  const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  const wall = Date.UTC(year, month - 1, day, hour, minute, second)
  return wall - Math.floor(instant.getTime() / 1000) * 1000
}
