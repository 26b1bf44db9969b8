import { Problem } from './problem'
import type { Refusal } from './types'

interface Answer<Data> {
  data?: Data
  error?: unknown
  response: Response
}

/** The body of an answer; rejects with the problem when it is a refusal. */
export async function answered<Data>(asked: Promise<Answer<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await asked
  if (!response.ok) throw problemOf(response, error)
  return data as NonNullable<Data>
}

/** A refusal as a problem. */
export function problemOf(response: Response, body: unknown): Problem {
  const sent: Partial<Refusal> = typeof body === 'object' && body !== null ? body : {}
  const retry = Number(response.headers.get('Retry-After'))
  return new Problem({
    ...sent,
    status: response.status,
    code: sent.code ?? (response.status >= 502 ? 'unreachable' : 'unexpected'),
    title: sent.title ?? response.statusText,
    ...(retry > 0 ? { retry_after_s: retry } : {}),
  })
}
