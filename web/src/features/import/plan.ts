import type { ImportMapping } from '../../api/source'
import type { Dictionary, Entity, Field, Import } from '../../api/types'
import { fieldOf } from '../../dictionary/model'
import { fold } from '../../format/fold'

/** What is decided about a file before it is imported, as the screen holds it. */
export interface Plan {
  /** The field, or part of one, that each column feeds; columns that feed nothing are absent. */
  targets: Record<string, string>
  /** Fields that no column feeds as it is, in the order they were added. */
  given: Given[]
  /** Fields by which a row finds its record; none: every row is a new one. */
  key: string[]
  mode: 'upsert' | 'create' | 'update'
  /** By path: what the file says → what is kept. */
  values: Record<string, Record<string, string>>
  /** By path: how a reference is found. */
  references: Record<string, { by?: string; missing?: 'refuse' | 'empty' }>
  file: { delimiter?: string; encoding?: string; sheet?: string; skip_rows?: number }
}

/** A field that holds the same on every row, or a text composed of columns: `{Rue} {N°|upper}`. */
export interface Given {
  path: string | null
  from: 'same' | 'columns'
  text: string
}

/** What the server proposes. */
export function proposedPlan(found: Import): Plan {
  const targets = Object.fromEntries(
    found.detected.columns.flatMap(({ name, proposed }) => (proposed ? [[name, proposed] as const] : [])),
  )
  const plan: Plan = { targets, given: [], key: [], mode: 'upsert', values: {}, references: {}, file: {} }
  return { ...plan, key: likelyKey(found, targets) }
}

/** The field that most probably says which record a row is. */
function likelyKey(found: Import, targets: Record<string, string>): string[] {
  const fed = new Set(Object.values(targets))
  const known = found.targets.filter(({ path, unique }) => unique && fed.has(path)).map(({ path }) => path)
  const best = ['id', 'code'].find((path) => known.includes(path)) ?? known[0]
  return best ? [best] : []
}

/** The plan that a mapping says; `null` where it says more than a plan can (chosen rows, columns that the file is without). */
export function planOf(found: Import, mapping: ImportMapping): Plan | null {
  const { columns, key, mode, values, references, file, constants, only } = mapping as Record<string, unknown>
  if (only || !columns || typeof columns !== 'object') return null
  const names = new Set(found.detected.columns.map(({ name }) => name))
  const pairs = Object.entries(columns as Record<string, string>)
  const composed = pairs.filter(([, source]) => source.includes('{'))
  const plain = pairs.filter(([, source]) => !source.includes('{'))
  if (!plain.every(([, column]) => names.has(column))) return null
  const given: Given[] = [
    ...Object.entries((constants as Record<string, unknown> | undefined) ?? {}).map(
      ([path, value]): Given => ({ path, from: 'same', text: String(value) }),
    ),
    ...composed.map(([path, text]): Given => ({ path, from: 'columns', text })),
  ]
  return {
    targets: Object.fromEntries(plain.map(([path, column]) => [column, path])),
    given,
    key: typeof key === 'string' ? [key] : Array.isArray(key) ? (key as string[]) : [],
    mode: mode === 'create' || mode === 'update' ? mode : 'upsert',
    values: (values as Plan['values']) ?? {},
    references: (references as Plan['references']) ?? {},
    file: (file as Plan['file']) ?? {},
  }
}

/** Paths of fields that the file, or what is given beside it, feeds. */
export function fedPaths(plan: Plan): Set<string> {
  return new Set([
    ...Object.values(plan.targets),
    ...plan.given.flatMap(({ path, text }) => (path && text ? [path] : [])),
  ])
}

/** Whether a composed text takes from a column. */
export function isComposed(plan: Plan, column: string): boolean {
  return plan.given.some(
    ({ from, text }) => from === 'columns' && (text.includes(`{${column}}`) || text.includes(`{${column}|`)),
  )
}

/** The mapping to send: only what concerns fields that are fed. */
export function mappingOf(plan: Plan): ImportMapping {
  const taken = fedPaths(plan)
  const given = plan.given.flatMap(({ path, text }) => (path && text ? [[path, text] as const] : []))
  // A composed text that names no column is the same on every row.
  const isText = (path: string, text: string) =>
    text.includes('{') && plan.given.some((one) => one.path === path && one.from === 'columns')
  const columns = Object.fromEntries([
    ...Object.entries(plan.targets).map(([column, path]) => [path, column]),
    ...given.filter(([path, text]) => isText(path, text)),
  ])
  const constants = Object.fromEntries(given.filter(([path, text]) => !isText(path, text)))
  const fed = <Value>(by: Record<string, Value>) =>
    Object.fromEntries(
      Object.entries(by).filter(([path, value]) => taken.has(path) && Object.keys(value as object).length > 0),
    )
  const key = plan.key.filter((path) => taken.has(path))
  const [only] = key
  return {
    columns,
    ...(Object.keys(constants).length > 0 ? { constants } : {}),
    ...(key.length > 0 ? { key: key.length === 1 && only ? only : key } : {}),
    mode: plan.mode,
    values: fed(plan.values),
    references: fed(plan.references),
    file: plan.file,
  }
}

/** Whether two paths feed the same: one path, or a field and a part of it. */
export function overlaps(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`)
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
