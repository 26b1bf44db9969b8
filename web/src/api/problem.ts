import type { Refusal } from './types'

/** What the server answers when it refuses, or what this side found when no answer came. */
export type ProblemDetails = Partial<Refusal> & Pick<Refusal, 'status' | 'code' | 'title'> & { retry_after_s?: number }

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
