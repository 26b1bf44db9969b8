import type { ListQuery } from '../api/source'
import type { Entity } from '../api/types'
import type { Condition } from '../conditions/conditions'
import { type Renderer, renderers } from './renderers'

/** Ways of looking at a collection beside its list. */
export type ViewKind = keyof Entity['views']

/** In the order of the switch. */
const order: ViewKind[] = ['board', 'calendar', 'timeline', 'map', 'tree', 'gallery', 'pivot', 'chart']

export const viewIcons: Record<ViewKind | 'list', string> = {
  list: 'list',
  board: 'columns',
  calendar: 'calendar',
  timeline: 'calendar-stats',
  map: 'map-2',
  tree: 'list-tree',
  gallery: 'photo',
  pivot: 'table',
  chart: 'chart-bar',
}

/** What the list asks for and every view with it: what is searched and filtered. */
export type Asked = Pick<ListQuery, 'where' | 'search'>

/** What a view keeps of itself in the address: the day a calendar shows, the chart that is open. */
export type ViewState = Record<string, string>

export interface ViewProps<Kind extends ViewKind = ViewKind> {
  entity: Entity
  view: NonNullable<Entity['views'][Kind]>
  asked: Asked
  /** What narrows them beside quick filters, and how a view changes it: what somebody draws is a condition like others. */
  conditions: Condition[]
  onConditions(next: Condition[]): void
  /** The state of the list of the same records, narrowed further: what a figure leads to. */
  through(more: Condition[]): object
  state: ViewState
  /** `undefined` forgets a part. Replaces the address unless `push` says that it is a place to come back to. */
  onState(next: Record<string, string | undefined>, push?: boolean): void
}

/** The views that the dictionary gives an entity. */
export function viewsOf(entity: Entity): ViewKind[] {
  return order.filter((kind) => entity.views[kind] && rendererOf(kind))
}

export function rendererOf(kind: ViewKind): Renderer | undefined {
  return renderers[kind]
}
