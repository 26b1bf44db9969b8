/** The present instant: the one place where screens read the clock. */
export function now(): Date {
  return new Date()
}
