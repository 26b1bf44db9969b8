import type { ListQuery } from '../../api/source'
import type { Entity } from '../../api/types'
import { allOf } from '../../api/where'
import { type Condition, conditionsOf, whereOf } from '../../conditions/conditions'
import type { Surroundings } from '../../dictionary/context'
import { neededFor, type ResolvedPath, resolvePath } from '../../dictionary/model'
import { type Column, columnOf, parseColumns } from '../../table/columns'
import { type Asked, type ViewKind, type ViewState, viewIcons } from '../../views/kinds'

/** What a list shows, as the address says it: a link kept or sent shows the same. */
export interface ListSearch {
  /** Words searched. */
  q?: string
  /** Quick filters that are on, by name. */
  quick?: string[]
  /** `name`, `-created_at,name`: paths of columns, the first criterion first. */
  sort?: string
  f?: Condition[]
  /** `code:110,name!`: columns with their widths, those that stay in sight marked. */
  cols?: string
  /** `turnover:average`: what the foot of a column says, where it is not the first of what it can. */
  foot?: string
  /** Path of the column whose values rows are grouped by. */
  group?: string
  /** The view shown instead of the list. */
  view?: ViewKind
  /** Where one stands in that view: the view's own words. */
  at?: ViewState
  /** Saved view it began from; `all` is the list as it comes. */
  saved?: string
  /** Record shown beside the list. */
  show?: string
}

const sortText = /^-?[a-z][a-z0-9_.]*(,-?[a-z][a-z0-9_.]*)*$/
/** Criteria of a sort at most. */
const criteria = 5

/** The state of a list in an address; what cannot be read is left out. */
export function listSearchOf(search: Record<string, unknown>): ListSearch {
  const read: ListSearch = {}
  if (typeof search.q === 'string' && search.q) read.q = search.q
  else if (typeof search.q === 'number') read.q = String(search.q)
  if (Array.isArray(search.quick)) read.quick = search.quick.filter((name): name is string => typeof name === 'string')
  if (typeof search.sort === 'string' && sortText.test(search.sort)) read.sort = search.sort
  if (Array.isArray(search.f)) read.f = conditionsOf(search.f)
  if (typeof search.cols === 'string' && parseColumns(search.cols)) read.cols = search.cols
  if (typeof search.group === 'string' && /^[a-z][a-z0-9_.]*$/.test(search.group)) read.group = search.group
  if (typeof search.foot === 'string' && /^[a-z0-9_.:,]{1,400}$/.test(search.foot)) read.foot = search.foot
  for (const name of ['saved', 'show'] as const) {
    const id = search[name]
    if (typeof id === 'string' && /^[a-z0-9-]{1,40}$/.test(id)) read[name] = id
  }
  if (typeof search.view === 'string' && search.view in viewIcons && search.view !== 'list') {
    read.view = search.view as ViewKind
    if (search.at && typeof search.at === 'object') {
      read.at = Object.fromEntries(Object.entries(search.at).map(([name, value]) => [name, String(value)]))
    }
  }
  return read
}

/** What of the state of a list a saved view keeps: not which view it is, nor what is open beside it. */
export function arrangement({ saved: _saved, show: _show, ...search }: ListSearch): ListSearch {
  return Object.fromEntries(
    Object.entries(search).filter(([, value]) => value !== undefined && value !== '' && !isEmptyArray(value)),
  ) as ListSearch
}

function isEmptyArray(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

/** The columns of a list: those of the address, else those kept for the person, else those of the dictionary. */
export function listColumns(
  around: Surroundings,
  entity: Entity,
  search: ListSearch,
  kept: string | undefined,
): Column[] {
  const wanted = parseColumns(search.cols) ?? parseColumns(kept) ?? entity.list.columns
  const columns = wanted
    .map((one) => columnOf(around, entity, one.path, one.width, 'pinned' in one && one.pinned === true))
    .filter((column): column is Column => column !== null)
  if (columns.length) return columns
  const fallback = entity.fields
    .filter((field) => !field.system)
    .slice(0, 5)
    .map((field) => columnOf(around, entity, field.name))
  return fallback.filter((column): column is Column => column !== null)
}

/** What is searched and filtered, in the list and in every other view of the collection. */
export function askedOf(around: Surroundings, entity: Entity, search: ListSearch): Asked {
  const quick = entity.list.filters
    .filter((filter) => search.quick?.includes(filter.name))
    .map((filter) => filter.filter)
  const where = allOf([...quick, ...(search.f ?? []).map((one) => whereOf(around, entity, one))])
  return { ...(where ? { where } : {}), ...(search.q?.trim() ? { search: search.q.trim() } : {}) }
}

/** The list of what a view of it shows, narrowed further; as people have arranged it, but as no saved view. */
export function through(search: ListSearch, more: Condition[]): ListSearch {
  const { view: _view, at: _at, ...kept } = arrangement(search)
  const f = [...(search.f ?? []), ...more]
  return { ...kept, ...(f.length ? { f } : {}), saved: 'all' }
}

/** What a view keeps of itself, changed; nothing when nothing is left of it. */
export function stateWith(
  state: ViewState | undefined,
  next: Record<string, string | undefined>,
): ViewState | undefined {
  const merged = Object.entries({ ...state, ...next }).filter((part): part is [string, string] => part[1] !== undefined)
  return merged.length ? Object.fromEntries(merged) : undefined
}

/** The column that rows are grouped by, and where its values are ordered by; `null` when they are not grouped. */
export function groupColumn(around: Surroundings, entity: Entity, search: ListSearch): Grouping | null {
  const column = search.group ? columnOf(around, entity, search.group) : null
  const resolved = column?.sort ? resolvePath(around.dictionary, entity, column.sort) : null
  return column?.sort && resolved ? { column, path: column.sort, resolved } : null
}

export interface Grouping {
  column: Column
  /** Of the column, or of what names the records it refers to. */
  path: string
  resolved: ResolvedPath
}

/** What the list asks for. */
export function listQueryOf(
  around: Surroundings,
  entity: Entity,
  search: ListSearch,
  columns: Column[],
  top = 100,
): ListQuery {
  const grouping = groupColumn(around, entity, search)
  const resolved = columns.map((column) => column.resolved)
  const query: ListQuery = {
    ...neededFor(grouping ? [...resolved, grouping.column.resolved, grouping.resolved] : resolved),
    ...askedOf(around, entity, search),
    top,
    count: true,
  }
  const order = orderOf(around, entity, search.sort)
  if (grouping) query.order = [grouping.path, ...(order ?? entity.order).filter((term) => bare(term) !== grouping.path)]
  else if (order) query.order = order
  return query
}

/** A criterion of a sort without its direction. */
export function bare(term: string): string {
  return term.startsWith('-') ? term.slice(1) : term
}

/** The criteria of a sort as the address keeps them. */
export function sortTerms(sort: string | undefined): string[] {
  return sort ? sort.split(',').slice(0, criteria) : []
}

/**
 * The sort after a press on a column: alone it becomes the only criterion, or turns round; added, it joins the others, turns round, and at
 * the third press leaves them.
 */
export function sortAfter(sort: string | undefined, path: string, adding: boolean): string {
  const terms = sortTerms(sort)
  const at = terms.findIndex((term) => bare(term) === path)
  const turned = terms[at] === path ? `-${path}` : path
  if (!adding) return turned
  if (at < 0) return [...terms, path].slice(-criteria).join(',')
  if (terms[at] === `-${path}`) return terms.filter((_, position) => position !== at).join(',')
  return terms.map((term, position) => (position === at ? turned : term)).join(',')
}

/** The order asked for by paths of columns; absent, the entity's own holds. */
function orderOf(around: Surroundings, entity: Entity, sort: string | undefined): string[] | undefined {
  const order = sortTerms(sort).flatMap((term) => {
    const column = columnOf(around, entity, bare(term))
    return column?.sort ? [(term.startsWith('-') ? '-' : '') + column.sort] : []
  })
  return order.length ? order : undefined
}
