import type { ImportMapping } from '../../api/source'
import type { Dictionary, Entity, Field, Import } from '../../api/types'
import { fieldOf } from '../../dictionary/model'
import { fold } from '../../format/fold'

/** What is decided about a file before it is imported, as the screen holds it. */
export interface Plan {
  /** The field, or part of one, that each column feeds; columns that feed nothing are absent. */
  targets: Record<string, string>
  /** Fields by which a row finds its record; none: every row is a new one. */
  key: string[]
  mode: 'upsert' | 'create' | 'update'
  /** By path: what the file says → what is kept. */
  values: Record<string, Record<string, string>>
  /** By path: how a reference is found. */
  references: Record<string, { by?: string; missing?: 'refuse' | 'empty' }>
  file: { delimiter?: string; encoding?: string; sheet?: string; skip_rows?: number }
}

/** What the server proposes. */
export function proposedPlan(found: Import): Plan {
  const targets = Object.fromEntries(
    found.detected.columns.flatMap(({ name, proposed }) => (proposed ? [[name, proposed] as const] : [])),
  )
  const plan: Plan = { targets, key: [], mode: 'upsert', values: {}, references: {}, file: {} }
  return { ...plan, key: likelyKey(found, targets) }
}

/** The field that most probably says which record a row is. */
function likelyKey(found: Import, targets: Record<string, string>): string[] {
  const fed = new Set(Object.values(targets))
  const known = found.targets.filter(({ path, unique }) => unique && fed.has(path)).map(({ path }) => path)
  const best = ['id', 'code'].find((path) => known.includes(path)) ?? known[0]
  return best ? [best] : []
}

/** The plan that a mapping says; `null` where it says more than a plan can (templates, constants, chosen rows). */
export function planOf(found: Import, mapping: ImportMapping): Plan | null {
  const { columns, key, mode, values, references, file, constants, only } = mapping as Record<string, unknown>
  if (constants || only || !columns || typeof columns !== 'object') return null
  const names = new Set(found.detected.columns.map(({ name }) => name))
  const pairs = Object.entries(columns as Record<string, unknown>)
  if (!pairs.every(([, column]) => typeof column === 'string' && names.has(column))) return null
  return {
    targets: Object.fromEntries(pairs.map(([path, column]) => [column as string, path])),
    key: typeof key === 'string' ? [key] : Array.isArray(key) ? (key as string[]) : [],
    mode: mode === 'create' || mode === 'update' ? mode : 'upsert',
    values: (values as Plan['values']) ?? {},
    references: (references as Plan['references']) ?? {},
    file: (file as Plan['file']) ?? {},
  }
}

/** The mapping to send: only what concerns fields that a column feeds. */
export function mappingOf(plan: Plan): ImportMapping {
  const columns = Object.fromEntries(Object.entries(plan.targets).map(([column, path]) => [path, column]))
  const fed = <Value>(by: Record<string, Value>) =>
    Object.fromEntries(
      Object.entries(by).filter(([path, value]) => path in columns && Object.keys(value as object).length > 0),
    )
  const key = plan.key.filter((path) => path in columns)
  const [only] = key
  return {
    columns,
    ...(key.length > 0 ? { key: key.length === 1 && only ? only : key } : {}),
    mode: plan.mode,
    values: fed(plan.values),
    references: fed(plan.references),
    file: plan.file,
  }
}

/** The field at a path, and the part of it. */
export function targetField(entity: Entity, path: string): { field: Field; part: string | null } | null {
  const [name = '', part] = path.split('.')
  const field = fieldOf(entity, name)
  return field ? { field, part: part ?? null } : null
}

/** The values of a choice that a column may mean. */
export function choicesOf(dictionary: Dictionary, field: Field): { tag: string; words: string[] }[] | null {
  if (field.type === 'boolean')
    return [
      { tag: 'true', words: ['true', 'oui', 'yes', 'vrai', 'x', '1'] },
      { tag: 'false', words: ['false', 'non', 'no', 'faux', '0'] },
    ]
  if (field.type !== 'choice' && field.type !== 'choices') return null
  const list = field.list ? dictionary.lists[field.list] : undefined
  return list?.values.map(({ tag, label }) => ({ tag, words: [tag, ...Object.values(label)] })) ?? null
}

/** Values of the file that are neither the tag nor the word of a choice, and so have to be translated. */
export function unknownValues(choices: { words: string[] }[], values: readonly string[]): string[] {
  const known = new Set(choices.flatMap(({ words }) => words.map(fold)))
  return values.filter((value) => !known.has(fold(value)))
}
