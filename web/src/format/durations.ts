/** Seconds of an ISO 8601 duration of days and less (`P1DT2H30M`); `null` if it is none. */
export function durationSeconds(iso: string): number | null {
  const found = /^(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.0+)?S)?)?$/.exec(iso)
  if (!found || iso.endsWith('P') || iso.endsWith('T')) return null
  const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0'] = found
  const total = Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return sign ? -total : total
}

/** `5400` → `PT1H30M`. */
export function isoDuration(totalSeconds: number): string {
  const sign = totalSeconds < 0 ? '-' : ''
  const total = Math.abs(Math.trunc(totalSeconds))
  const hours = Math.floor(total / 3600)
  const minutes = Math.floor((total % 3600) / 60)
  const seconds = total % 60
  const parts = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${seconds ? `${seconds}S` : ''}`
  return `${sign}PT${parts || '0S'}`
}

/** `PT1H30M` → `1 h 30`; `PT45M` → `45 min`; `PT20S` → `20 s`. */
export function spokenDuration(iso: string): string {
  const total = durationSeconds(iso)
  if (total === null) return iso
  const sign = total < 0 ? '−' : ''
  const left = Math.abs(total)
  const hours = Math.floor(left / 3600)
  const minutes = Math.floor((left % 3600) / 60)
  const seconds = left % 60
  const space = '\u00a0'
  if (hours > 0 && seconds === 0)
    return `${sign}${hours}${space}h${minutes ? `${space}${String(minutes).padStart(2, '0')}` : ''}`
  const parts = [
    hours ? `${hours}${space}h` : '',
    minutes ? `${minutes}${space}min` : '',
    seconds || (!hours && !minutes) ? `${seconds}${space}s` : '',
  ]
  return sign + parts.filter(Boolean).join(' ')
}

/** What a person typed as ISO 8601: `1h30`, `1:30`, `90 min`, `1,5 h`, `45` (minutes); `null` if it means nothing. */
export function parseDuration(typed: string): string | null {
  const text = typed.trim().toLowerCase().replace(/\s+/g, '').replace(',', '.')
  if (text === '') return null
  if (durationSeconds(typed.trim().toUpperCase()) !== null)
    return isoDuration(durationSeconds(typed.trim().toUpperCase()) ?? 0)
  const clockForm = /^(\d+):([0-5]\d)(?::([0-5]\d))?$/.exec(text)
  if (clockForm) return isoDuration(Number(clockForm[1]) * 3600 + Number(clockForm[2]) * 60 + Number(clockForm[3] ?? 0))
  const bare = /^\d+(\.\d+)?$/.exec(text)
  if (bare) return isoDuration(Math.round(Number(text) * 60))
  const worded =
    /^(?:(\d+(?:\.\d+)?)(?:j|d))?(?:(\d+(?:\.\d+)?)h(?:eures?|ours?)?)?(?:(\d+(?:\.\d+)?)(?:m|mn|min|minutes?|$))?(?:(\d+)s(?:ec)?)?$/.exec(
      text,
    )
  if (!worded) return null
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = worded
  return isoDuration(Math.round(Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)))
}
