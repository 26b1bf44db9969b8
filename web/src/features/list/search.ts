import type { ListQuery } from '../../api/source'
import type { Entity } from '../../api/types'
import { allOf } from '../../api/where'
import type { Surroundings } from '../../dictionary/context'
import { neededFor } from '../../dictionary/model'
import type { FilterValue } from '../../fields/types'
import { type Column, columnOf, parseColumns } from '../../table/columns'
import { type Asked, type ViewKind, type ViewState, viewIcons } from '../../views/kinds'

/** A filter on the field at a path. */
export interface ListFilter {
  p: string
  v: FilterValue
}

/** What a list shows, as the address says it: a link kept or sent shows the same. */
export interface ListSearch {
  /** Words searched. */
  q?: string
  /** Quick filters that are on, by name. */
  quick?: string[]
  /** `name`, `-created_at`: a path of a column. */
  sort?: string
  f?: ListFilter[]
  /** `code:110,name`: columns with their widths. */
  cols?: string
  /** The view shown instead of the list. */
  view?: ViewKind
  /** Where one stands in that view: the view's own words. */
  at?: ViewState
}

/** The state of a list in an address; what cannot be read is left out. */
export function listSearchOf(search: Record<string, unknown>): ListSearch {
  const read: ListSearch = {}
  if (typeof search.q === 'string' && search.q) read.q = search.q
  else if (typeof search.q === 'number') read.q = String(search.q)
  if (Array.isArray(search.quick)) read.quick = search.quick.filter((name): name is string => typeof name === 'string')
  if (typeof search.sort === 'string' && /^-?[a-z][a-z0-9_.]*$/.test(search.sort)) read.sort = search.sort
  if (Array.isArray(search.f)) read.f = search.f.filter(isFilter)
  if (typeof search.cols === 'string' && parseColumns(search.cols)) read.cols = search.cols
  if (typeof search.view === 'string' && search.view in viewIcons && search.view !== 'list') {
    read.view = search.view as ViewKind
    if (search.at && typeof search.at === 'object') {
      read.at = Object.fromEntries(Object.entries(search.at).map(([name, value]) => [name, String(value)]))
    }
  }
  return read
}

function isFilter(raw: unknown): raw is ListFilter {
  const { p, v } = (raw ?? {}) as { p?: unknown; v?: { o?: unknown } }
  return typeof p === 'string' && typeof v === 'object' && v !== null && typeof v.o === 'string'
}

/** The columns of a list: those of the address, else those kept here, else those of the dictionary. */
export function listColumns(
  around: Surroundings,
  entity: Entity,
  search: ListSearch,
  kept: string | undefined,
): Column[] {
  const wanted = parseColumns(search.cols) ?? parseColumns(kept) ?? entity.list.columns
  const columns = wanted
    .map(({ path, width }) => columnOf(around, entity, path, width))
    .filter((column): column is Column => column !== null)
  if (columns.length) return columns
  const fallback = entity.fields
    .filter((field) => !field.system)
    .slice(0, 5)
    .map((field) => columnOf(around, entity, field.name))
  return fallback.filter((column): column is Column => column !== null)
}

/** The filter of one criterion as an expression; `null` when the field is unknown or the filter is not complete. */
export function filterWhere(around: Surroundings, entity: Entity, filter: ListFilter): string | null {
  const column = columnOf(around, entity, filter.p)
  return column?.ui.filter?.where(filter.p, filter.v, column.field) ?? null
}

/** What is searched and filtered, in the list and in every other view of the collection. */
export function askedOf(around: Surroundings, entity: Entity, search: ListSearch): Asked {
  const quick = entity.list.filters
    .filter((filter) => search.quick?.includes(filter.name))
    .map((filter) => filter.filter)
  const where = allOf([...quick, ...(search.f ?? []).map((filter) => filterWhere(around, entity, filter))])
  return { ...(where ? { where } : {}), ...(search.q?.trim() ? { search: search.q.trim() } : {}) }
}

/** What a view keeps of itself, changed; nothing when nothing is left of it. */
export function stateWith(
  state: ViewState | undefined,
  next: Record<string, string | undefined>,
): ViewState | undefined {
  const merged = Object.entries({ ...state, ...next }).filter((part): part is [string, string] => part[1] !== undefined)
  return merged.length ? Object.fromEntries(merged) : undefined
}

/** What the list asks for. */
export function listQueryOf(
  around: Surroundings,
  entity: Entity,
  search: ListSearch,
  columns: Column[],
  top = 100,
): ListQuery {
  const query: ListQuery = {
    ...neededFor(columns.map((column) => column.resolved)),
    ...askedOf(around, entity, search),
    top,
    count: true,
  }
  const order = orderOf(around, entity, search.sort)
  if (order) query.order = order
  return query
}

/** The order asked for by the path of a column; absent, the entity's own holds. */
function orderOf(around: Surroundings, entity: Entity, sort: string | undefined): string[] | undefined {
  if (!sort) return undefined
  const descending = sort.startsWith('-')
  const column = columnOf(around, entity, descending ? sort.slice(1) : sort)
  return column?.sort ? [(descending ? '-' : '') + column.sort] : undefined
}
