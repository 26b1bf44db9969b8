/** Wire types of the data API (`docs/api.md`), as the server sends them. */

/** A text per language; French is never missing. */
export type Label = Record<string, string>

/** Types a field may have (`docs/dictionary/files.md`). */
export type FieldType =
  | 'text'
  | 'long_text'
  | 'rich_text'
  | 'code'
  | 'integer'
  | 'decimal'
  | 'money'
  | 'boolean'
  | 'date'
  | 'time'
  | 'datetime'
  | 'duration'
  | 'choice'
  | 'choices'
  | 'reference'
  | 'related'
  | 'lines'
  | 'file'
  | 'image'
  | 'signature'
  | 'point'
  | 'address'
  | 'email'
  | 'phone'
  | 'url'
  | 'colour'
  | 'json'
  | 'computed'

export interface Field {
  name: string
  type: FieldType | (string & {})
  label: Label
  help?: Label | null
  required: boolean
  read_only: boolean
  system: boolean
  has_default: boolean
  visible?: string | null
  editable?: string | null
  width?: number | null
  layer?: string
  // Attributes of types; each is there only for the types that have it.
  list?: string
  to?: string
  /** Of a related record: the entities it may be of; any when absent. */
  targets?: string[]
  filter?: string
  of?: string
  by?: string
  scale?: number
  precision?: number
  currency?: string
  unit?: string
  min?: string | number
  max?: string | number
  min_length?: number
  max_length?: number
  pattern?: string
  transform?: string
  accept?: string[]
  max_size_mb?: number
  max_size_kb?: number
  region?: string
  /** Of a computed field: the type it returns, or an object with that type's attributes. */
  returns?: string | (Partial<Field> & { type: string })
}

export interface ListValue {
  tag: string
  label: Label
  colour: string | null
  icon: string | null
  active: boolean
}

export interface ValueList {
  label: Label
  closed: boolean
  values: ListValue[]
}

export interface Transition {
  name: string
  label: Label
  from: string[]
  to: string
  icon?: string | null
  colour?: string | null
}

export interface Section {
  name: string
  label: Label | null
  columns: number
  fields: { field: string; span: number }[]
}

export interface Tab {
  name: string
  label: Label
  sections: Section[]
  related: { entity: string; by: string } | null
}

export interface Entity {
  name: string
  collection: string
  module: string
  label: Label
  plural: Label
  icon: string | null
  help?: Label | null
  title: string
  lines_of: string | null
  order: string[]
  searchable: boolean
  can: { create: boolean; update: boolean; delete: boolean }
  fields: Field[]
  states: { field: string; transitions: Transition[] } | null
  list: {
    columns: { path: string; width?: number | null }[]
    filters: { name: string; label: Label; filter: string }[]
  }
  form: { tabs: Tab[] }
}

export interface MenuItem {
  id: string
  entity: string
  label: Label
  icon: string | null
}

export interface MenuGroup {
  id: string
  label: Label
  items: MenuItem[]
}

export interface EnvironmentInfo {
  name: string
  label: string
  kind: string
  time_zone: string
  currency: string
}

export interface Dictionary {
  hash: string
  environment: EnvironmentInfo
  me: { id: string; name: string; profile: string }
  menu: MenuGroup[]
  lists: Record<string, ValueList>
  entities: Record<string, Entity>
}

export interface SessionEnvironment {
  name: string
  label: string
  kind: string
  client: string
  profile: string
}

export interface Session {
  user: { id: string; name: string; email: string; language: string | null }
  csrf: string
  environments: SessionEnvironment[]
}

/** A record as sent: its fields, and what the server says of it. Values are narrowed by the field's type. */
export interface RecordData {
  '@odata.etag'?: string
  '@tisserand.title'?: string
  id: string
  version?: number
  [property: string]: unknown
}

export interface Page {
  value: RecordData[]
  '@odata.count'?: number
  '@tisserand.count_capped'?: boolean
  '@odata.nextLink'?: string
}

export interface HistoryEntry {
  position: number
  at: string
  /** Tisserand itself has no id; a person who is gone has no name. */
  actor: { id: string | null; name: string | null } | null
  origin: string
  /** Absent, with the changes, of an entry that was erased. */
  operation: 'create' | 'update' | 'delete' | null
  changes: Record<string, [unknown, unknown]> | null
}

export interface HistoryPage {
  value: HistoryEntry[]
  '@odata.nextLink'?: string
}

export interface SearchHit {
  entity: string
  id: string
  title: string
  code: string | null
}

/** One change somebody made, as the server announces it. */
export interface LiveEvent {
  position: number
  entity: string
  id: string
  operation: 'create' | 'update' | 'delete'
  fields: string[]
  /** Id of the person; `null` for the system. */
  actor: string | { id: string } | null
}

export interface FileValue {
  name: string
  type: string
  size: number
  hash: string
}

/** Why a write at an old version was refused: what changed since, by whom. */
export interface StaleChange {
  from: unknown
  to: unknown
  by: { id: string | null; name: string | null } | null
  at: string
}
