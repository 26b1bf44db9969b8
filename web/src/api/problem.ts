import type { RecordData, StaleChange } from './types'

/** What the server answers when it refuses (RFC 9457), or what this side found when no answer came. */
export interface ProblemDetails {
  status: number
  code: string
  title: string
  detail?: string
  /** Message per field, `lines[2].quantity` for a field inside lines. */
  fields?: Record<string, string>
  request_id?: string
  /** Of `stale`: the record as it is now, and what changed since. */
  current?: RecordData
  changes?: Record<string, StaleChange>
  /** Of `referenced`: who refers to the record. */
  by?: { entity: string; count: number }[]
  retry_after_s?: number
}

/** A refusal or a failure of a call, with everything a screen needs to say it well. */
export class Problem extends Error {
  readonly details: ProblemDetails

  constructor(details: ProblemDetails) {
    super(details.detail ?? details.title)
    this.name = 'Problem'
    this.details = details
  }

  get code(): string {
    return this.details.code
  }

  get status(): number {
    return this.details.status
  }
}

/** Any thrown thing as a problem: a network failure becomes `offline`, anything else `unexpected`. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  if (thrown instanceof TypeError) return new Problem({ status: 0, code: 'offline', title: thrown.message })
  return new Problem({
    status: 0,
    code: 'unexpected',
    title: thrown instanceof Error ? thrown.message : String(thrown),
  })
}
