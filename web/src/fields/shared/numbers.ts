/** A number of the API: a JSON number, or the text of one that a double would not hold. */
export function numberOf(raw: unknown): number | string | null {
  if (typeof raw === 'number' && Number.isFinite(raw)) return raw
  return typeof raw === 'string' && raw.trim() !== '' ? raw : null
}
