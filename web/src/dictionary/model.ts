import type { Dictionary, Entity, Field, Label, RecordData } from '../api/types'
import type { Language } from '../format/locale'

/** A label in a language, else in French, else whatever there is. */
export function labelText(label: Label | null | undefined, language: Language): string {
  if (!label) return ''
  return label[language] ?? label.fr ?? Object.values(label)[0] ?? ''
}

/** The entity whose collection has that name. */
export function entityOfCollection(dictionary: Dictionary, collection: string): Entity | undefined {
  return Object.values(dictionary.entities).find((entity) => entity.collection === collection)
}

export function fieldOf(entity: Entity, name: string): Field | undefined {
  return entity.fields.find((field) => field.name === name)
}

/** Parts of an address that a path may name. */
export const addressParts = ['lines', 'postcode', 'city', 'insee', 'region', 'country'] as const
export type AddressPart = (typeof addressParts)[number]

/** Where a path with dots leads. */
export interface ResolvedPath {
  path: string
  /** References followed before the last field. */
  through: Field[]
  /** The last field. Of a path that ends at a part of an address, the address. */
  field: Field
  part: AddressPart | null
}

/** Follows a path through references, or into a part of an address; `null` when a name does not exist. */
export function resolvePath(dictionary: Dictionary, entity: Entity, path: string): ResolvedPath | null {
  const through: Field[] = []
  let at: Entity | undefined = entity
  const names = path.split('.')
  for (const [position, name] of names.entries()) {
    const field: Field | undefined = at && fieldOf(at, name)
    if (!field) return null
    const rest = names.slice(position + 1)
    if (rest.length === 0) return { path, through, field, part: null }
    if (field.type === 'address' && rest.length === 1) {
      const part = addressParts.find((known) => known === rest[0])
      return part ? { path, through, field, part } : null
    }
    if (field.type !== 'reference' || !field.to) return null
    through.push(field)
    at = dictionary.entities[field.to]
  }
  return null
}

/** The value a path leads to in a record whose references were expanded. A reference is read by its field type, from the record returned. */
export function ownerOf(resolved: ResolvedPath, record: RecordData): RecordData | null {
  let at: unknown = record
  for (const reference of resolved.through) {
    at = at && typeof at === 'object' ? (at as RecordData)[reference.name] : null
  }
  return at && typeof at === 'object' ? (at as RecordData) : null
}

/** What `$select` and `$expand` must name so that these paths can be shown. The API expands one level. */
export function neededFor(paths: ResolvedPath[]): { select: string[]; expand: { name: string; select: string[] }[] } {
  const select = new Set<string>(['id', 'version'])
  const expand = new Map<string, Set<string>>()
  for (const { through, field } of paths) {
    const [first] = through
    if (first) {
      const wanted = expand.get(first.name) ?? new Set(['id'])
      wanted.add(field.name)
      expand.set(first.name, wanted)
    } else if (field.type === 'reference') {
      select.add(field.name)
      expand.set(field.name, expand.get(field.name) ?? new Set(['id']))
    } else {
      select.add(field.name)
    }
  }
  return {
    select: [...select],
    expand: [...expand].map(([name, wanted]) => ({ name, select: [...wanted] })),
  }
}

/** Whether a list can show the path: one hop at most, and nothing expanded behind it. */
export function isListable(resolved: ResolvedPath): boolean {
  if (resolved.through.length > 1) return false
  if (resolved.through.length === 1) return !['reference', 'lines'].includes(resolved.field.type)
  return resolved.field.type !== 'lines'
}

/** Paths named in a title such as `{name} — {account}`. */
export function titlePaths(title: string): string[] {
  return [...title.matchAll(/\{([^{}]+)\}/g)].map((found) => (found[1] as string).trim())
}

/** The path to sort by when somebody sorts by `resolved`: a reference sorts by what its records are called. `null` if it cannot be sorted. */
export function sortPath(dictionary: Dictionary, resolved: ResolvedPath): string | null {
  const { field, path, part } = resolved
  if (part) return path
  if (field.type === 'reference') {
    const target = field.to ? dictionary.entities[field.to] : undefined
    const first = target && titlePaths(target.title)[0]
    const found = target && first ? fieldOf(target, first) : undefined
    return found && found.type !== 'reference' ? `${path}.${first}` : null
  }
  const unsortable = [
    'lines',
    'related',
    'file',
    'image',
    'signature',
    'point',
    'address',
    'json',
    'choices',
    'rich_text',
    'long_text',
  ]
  return unsortable.includes(field.type) ? null : path
}

/** Under whose name a device keeps what somebody typed or opened: whoever looks as somebody else meets none of theirs. */
export function deviceOwner(me: Dictionary['me']): string {
  return me.viewed?.note ?? me.id
}

/** How a record is called: what the server said, else its code, else its id's end. */
export function titleOf(record: RecordData): string {
  const said = record['@tisserand.title']
  if (typeof said === 'string' && said !== '') return said
  return typeof record.code === 'string' ? record.code : ''
}

/** A field with the attributes of the type it returns, when it is computed; the field itself otherwise. */
export function effective(field: Field): Field {
  if (field.type !== 'computed' || !field.returns) return field
  return { ...field, type: field.returns, read_only: true }
}
