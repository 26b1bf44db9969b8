import type { Entity, Field, RecordData } from '../api/types'
import type { Surroundings } from '../dictionary/context'
import {
  effective,
  isListable,
  ownerOf,
  type ResolvedPath,
  resolvePath,
  sortPath,
  titlePaths,
} from '../dictionary/model'
import { fieldUi } from '../fields/registry'
import type { FieldUi } from '../fields/types'

/** A column of a list: where its value is, how it is shown, how wide. */
export interface Column {
  path: string
  label: string
  resolved: ResolvedPath
  /** Of the value shown: of an address' part, a text. */
  field: Field
  ui: FieldUi
  width: number
  /** Stays in sight when the others scroll away. */
  pinned: boolean
  /** What `$orderby` says; `null` where there is no order. */
  sort: string | null
  read(record: RecordData): unknown
}

/** Widths a person may give, pixels. */
export const narrowest = 56
export const widest = 800

/** The column of a path; `null` when the path leads nowhere a list can show. */
export function columnOf(
  around: Surroundings,
  entity: Entity,
  path: string,
  width?: number | null,
  pinned = false,
): Column | null {
  const resolved = resolvePath(around.dictionary, entity, path)
  return resolved && isListable(resolved) ? columnAt(around, resolved, width, pinned) : null
}

/** References that a condition may go through. */
export const throughMax = 3

/** As `columnOf`, for conditions: they go farther than lists show, to a reference too, and to the records themselves (`id`). */
export function conditionColumnOf(around: Surroundings, entity: Entity, path: string): Column | null {
  const resolved = resolvePath(around.dictionary, entity, path)
  if (!resolved || resolved.through.length > throughMax || resolved.field.type === 'lines') return null
  if (resolved.field.name !== 'id') return columnAt(around, resolved)
  const to = resolved.through.at(-1)?.to ?? entity.name
  const label = { fr: around.t('conditions.themselves'), en: around.t('conditions.themselves') }
  return columnAt(around, { ...resolved, field: { ...resolved.field, type: 'reference', to, label } })
}

function columnAt(around: Surroundings, resolved: ResolvedPath, width?: number | null, pinned = false): Column {
  const { dictionary, label, t } = around
  const { path, part, through } = resolved
  const field = part ? partField(resolved.field, part, t(`fields.address.${part}`)) : effective(resolved.field)
  const ui = fieldUi(field)
  const words = [
    ...through.map((reference) => label(reference.label)),
    part ? t(`fields.address.${part}`) : label(field.label),
  ]
  return {
    path,
    label: words.join(' › '),
    resolved,
    field,
    ui,
    pinned,
    width: width ?? resolved.field.width ?? ui.width,
    sort: sortPath(dictionary, resolved),
    read: (record) => {
      const owner = ownerOf(resolved, record)
      if (!owner) return null
      if (!part) return ui.read(owner, field)
      const address = owner[resolved.field.name] as Record<string, unknown> | null | undefined
      return ui.of(address?.[part])
    },
  }
}

/** A part of an address behaves as a text of its own. */
function partField(address: Field, part: string, word: string): Field {
  return { ...address, type: 'text', name: part, label: { fr: word, en: word } }
}

/** The column that names the record: the first of those its title is made of, else the first of all. */
export function titleColumn(entity: Entity, columns: Column[]): Column | undefined {
  const named = titlePaths(entity.title)
  return columns.find((column) => named.includes(column.path)) ?? columns[0]
}

/** A column as it is kept: where its value is, how wide, whether it stays in sight. */
export interface KeptColumn {
  path: string
  width: number | null
  pinned: boolean
}

/** `code:110,name!,owner` as columns. */
export function parseColumns(text: string | undefined): KeptColumn[] | null {
  if (!text) return null
  const columns = text.split(',').flatMap((part) => {
    const [named = '', width] = part.split(':')
    const pinned = named.endsWith('!')
    const path = pinned ? named.slice(0, -1) : named
    if (!/^[a-z][a-z0-9_.]*$/.test(path)) return []
    const pixels = Number(width)
    return [{ path, pinned, width: pixels >= narrowest && pixels <= widest ? Math.round(pixels) : null }]
  })
  return columns.length ? columns : null
}

/** Columns as the address keeps them. */
export function writeColumns(columns: KeptColumn[]): string {
  return columns
    .map(({ path, width, pinned }) => `${path}${pinned ? '!' : ''}${width ? `:${Math.round(width)}` : ''}`)
    .join(',')
}

/** Columns as they are kept, from those that are shown. */
export function keptColumns(columns: Column[]): KeptColumn[] {
  return columns.map(({ path, width, pinned, resolved, ui }) => ({
    path,
    pinned,
    width: width === (resolved.field.width ?? ui.width) ? null : width,
  }))
}

/** Every path a list of the entity may show, its own fields, then the system's; an address by its parts too. */
export function offeredPaths(entity: Entity): string[] {
  const hidden = ['lines']
  const own = entity.fields.filter(
    (field) => !hidden.includes(field.type) && !(field.system && ['id', 'version'].includes(field.name)),
  )
  const systemLast = [...own.filter((field) => !field.system), ...own.filter((field) => field.system)]
  return systemLast.flatMap((field) =>
    field.type === 'address' ? [`${field.name}.city`, `${field.name}.postcode`, field.name] : [field.name],
  )
}
