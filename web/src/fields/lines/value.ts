import type { Field, RecordData } from '../../api/types'

/** One line being edited: its properties as the API would send them, and which of them were set here. */
export interface Line {
  /** Stays the same while the line is edited; the id, once it has one. */
  key: string
  data: RecordData
  set: string[]
}

/** Lines as the API sends them. */
export function linesOf(raw: unknown): Line[] | null {
  if (!Array.isArray(raw) || raw.length === 0) return null
  if (raw.every(isLine)) return raw
  return (raw as RecordData[]).map((data, position) => ({ key: data.id ?? `line-${position}`, data, set: [] }))
}

/** Lines as the API wants them: known ones by their id with what changed, new ones with what was given; those left out are deleted. */
export function linesWritten(lines: Line[] | null): Record<string, unknown>[] {
  return (lines ?? []).map(({ data, set }) => ({
    ...(data.id ? { id: data.id } : {}),
    ...Object.fromEntries(set.map((property) => [property, data[property]])),
  }))
}

/** A line with properties changed; `shown` are those that only help to show it. */
export function lineWith(line: Line, written: Record<string, unknown>, shown: Record<string, unknown>): Line {
  return {
    ...line,
    data: { ...line.data, ...shown, ...written },
    set: [...new Set([...line.set, ...Object.keys(written)])],
  }
}

/** Whether a field of a line was set here. */
export function isSet(line: Line, field: Field): boolean {
  return line.set.includes(field.name) || line.set.includes(`${field.name}_id`)
}

function isLine(value: unknown): value is Line {
  return typeof value === 'object' && value !== null && 'key' in value && 'data' in value && 'set' in value
}
