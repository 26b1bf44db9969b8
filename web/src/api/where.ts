/** Builds filters in Tisserand's expression language (`docs/dictionary/files.md`), with every value quoted. */

/** A text literal: `O'Neil` → `'O''Neil'`. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** `path in ('a', 'b')`; one value gives an equality, none gives nothing. */
export function oneOf(path: string, values: string[]): string | null {
  if (values.length === 0) return null
  if (values.length === 1) return `${path} = ${quoted(values[0] as string)}`
  return `${path} in (${values.map(quoted).join(', ')})`
}

/** `path >= from and path <= to`, each bound when given, already written as literals. */
export function between(path: string, from: string | null, to: string | null): string | null {
  return allOf([from === null ? null : `${path} >= ${from}`, to === null ? null : `${path} <= ${to}`])
}

/** Every part that is not empty, joined by `and`, each in brackets when there are several; `null` when none is left. */
export function allOf(parts: (string | null | undefined)[]): string | null {
  const there = parts.filter((part): part is string => Boolean(part))
  if (there.length <= 1) return there[0] ?? null
  return there.map((part) => `(${part})`).join(' and ')
}

/** As `allOf`, joined by `or`. */
export function anyOf(parts: (string | null | undefined)[]): string | null {
  const there = parts.filter((part): part is string => Boolean(part))
  if (there.length <= 1) return there[0] ?? null
  return there.map((part) => `(${part})`).join(' or ')
}
