import type { Dictionary, Entity, Field, RecordData } from '../api/types'
import { fieldOf } from '../dictionary/model'
import { type Line, linesOf } from '../fields/lines/value'
import { fieldUi } from '../fields/registry'
import { isPending } from '../fields/shared/files'

interface SheetLine {
  stored?: RecordData
  /** Absent where the lines are left as they are. */
  given?: Record<string, unknown>
}

/** A record being written, as the device reads it. */
export interface Sheet {
  entity: string
  stored?: RecordData
  given: Record<string, unknown>
  lines: Record<string, SheetLine[]>
  known: Record<string, RecordData[]>
  me: string | null
  now: string
  language: string
}

/** What a form hands over: the record as it was read, what was typed since, and the records known beside it. */
export function sheetOf(
  entity: Entity,
  record: RecordData | null,
  edits: Record<string, unknown>,
  around: { known: Record<string, RecordData[]>; me: string | null; now: Date; language: string },
): Sheet {
  const given: Record<string, unknown> = {}
  const lines: Record<string, SheetLine[]> = {}
  for (const [name, held] of Object.entries(edits)) {
    const field = fieldOf(entity, name)
    if (field && field.type !== 'lines') Object.assign(given, fieldUi(field).write(held, field))
  }
  for (const field of entity.fields) {
    if (field.type !== 'lines') continue
    const found = linesBeingWritten(field, record, edits)
    if (found) lines[field.name] = found
  }
  return {
    entity: entity.name,
    ...(record ? { stored: record } : {}),
    given: withoutFiles(given) as Record<string, unknown>,
    lines,
    known: around.known,
    me: around.me,
    now: around.now.toISOString(),
    language: around.language,
  }
}

/** All lines of a field; `null` when some are not here. */
function linesBeingWritten(
  field: Field,
  record: RecordData | null,
  edits: Record<string, unknown>,
): SheetLine[] | null {
  const stored = record ? record[field.name] : []
  if (!Array.isArray(stored) || record?.[`${field.name}@odata.nextLink`]) return null
  if (!(field.name in edits)) return (stored as RecordData[]).map((line) => ({ stored: line }))
  const before = new Map((stored as RecordData[]).map((line) => [line.id, line]))
  const held = (linesOf(edits[field.name]) ?? []) as Line[]
  return held.map(({ data, set }) => {
    const given = withoutFiles(Object.fromEntries(set.map((property) => [property, data[property]])))
    const line = data.id ? before.get(data.id) : undefined
    return { ...(line ? { stored: line } : {}), given: given as Record<string, unknown> }
  })
}

const nothingYet = '0'.repeat(64)

/** A file that waits stands for the one it will be once sent. */
function withoutFiles(value: unknown): unknown {
  if (isPending(value)) {
    const { name, type, size } = value.pending
    return { name, type: type || 'application/octet-stream', size, hash: nothingYet }
  }
  if (Array.isArray(value)) return value.map(withoutFiles)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutFiles(inner)]))
}

/** Everything an entity says by expressions. */
function expressionsOf(entity: Entity): string[] {
  const fields = entity.fields.flatMap((field) => [field.visible, field.editable, field.default, field.formula])
  const rules = entity.rules.flatMap((rule) => [rule.when, rule.require])
  const transitions = entity.states?.transitions.map((transition) => transition.require) ?? []
  return [...fields, ...rules, ...transitions].filter((source): source is string => Boolean(source))
}

/** References of an entity beyond which its expressions look: the records that a form has to know. */
export function referencesRead(entity: Entity): Field[] {
  const sources = expressionsOf(entity)
  return entity.fields.filter(
    (field) =>
      field.type === 'reference' &&
      field.to &&
      sources.some((source) => new RegExp(`\\b${field.name}\\.`).test(source)),
  )
}

/** Records beyond references, of a record and of its lines, that expressions read. */
export function recordsBeside(
  dictionary: Dictionary,
  entity: Entity,
  sheet: Pick<Sheet, 'stored' | 'given' | 'lines'>,
): { entity: Entity; id: string }[] {
  const found = new Map<string, { entity: Entity; id: string }>()
  const look = (of: Entity, values: Record<string, unknown>) => {
    for (const field of referencesRead(of)) {
      const to = field.to ? dictionary.entities[field.to] : undefined
      const id = values[`${field.name}_id`]
      if (to && typeof id === 'string') found.set(`${to.name} ${id}`, { entity: to, id })
    }
  }
  look(entity, { ...sheet.stored, ...sheet.given })
  for (const [name, lines] of Object.entries(sheet.lines)) {
    const of = fieldOf(entity, name)?.of
    const child = of ? dictionary.entities[of] : undefined
    if (child) for (const line of lines) look(child, { ...line.stored, ...line.given })
  }
  return [...found.values()]
}
