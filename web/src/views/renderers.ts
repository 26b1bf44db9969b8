import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import { patiently } from '../app/patiently'
import type { ViewKind, ViewProps } from './kinds'

/** What draws a view: loaded when somebody first opens one of its kind. */
export type Renderer = LazyExoticComponent<ComponentType<ViewProps>>

export const drawn = <Kind extends ViewKind>(
  load: () => Promise<{ default: ComponentType<ViewProps<Kind>> }>,
): Renderer =>
  // The one place where the kind is forgotten: a view is looked up by the kind of its definition.
  lazy(() => patiently(load as unknown as () => Promise<{ default: ComponentType<ViewProps> }>))

export const renderers: Partial<Record<ViewKind, Renderer>> = {
  board: drawn<'board'>(() => import('./board/Board').then(({ Board }) => ({ default: Board }))),
  calendar: drawn<'calendar'>(() => import('./calendar/Calendar').then(({ Calendar }) => ({ default: Calendar }))),
  timeline: drawn<'timeline'>(() => import('./timeline/Timeline').then(({ Timeline }) => ({ default: Timeline }))),
  map: drawn<'map'>(() => import('./map/MapView').then(({ MapView }) => ({ default: MapView }))),
  tree: drawn<'tree'>(() => import('./tree/Tree').then(({ Tree }) => ({ default: Tree }))),
  gallery: drawn<'gallery'>(() => import('./gallery/Gallery').then(({ Gallery }) => ({ default: Gallery }))),
  pivot: drawn<'pivot'>(() => import('./pivot/Pivot').then(({ Pivot }) => ({ default: Pivot }))),
  chart: drawn<'chart'>(() => import('./chart/Charts').then(({ Charts }) => ({ default: Charts }))),
}
