import type { Condition } from '../../conditions/conditions'
import type { Bucket } from '../figures/buckets'
import { figureNumber } from '../figures/buckets'
import { outside, together } from '../figures/through'
import type { Figures } from '../figures/useGroups'

/** A line, or the part of each column, of one series. */
export interface Series {
  key: string
  label: string
  colour: string
  /** One per category; what was not measured is 0 in a column and nothing in words. `through` keeps its records in a list. */
  values: { number: number; raw: unknown; through: Condition[] | null }[]
}

/** What a chart draws. */
export interface Drawn {
  categories: Bucket[]
  series: Series[]
}

/** Told apart in both themes, and by their words beside. */
const palette = ['pastel', 'weld-mark', 'sage', 'plum', 'clay', 'teal', 'madder', 'ink-2'].map(
  (name) => `var(--${name})`,
)
/** Series drawn one by one; the others are put together. */
const mostSeries = 8

/** Figures as categories and series. `order` sorts categories by size where they have no order of their own. */
export function drawnOf(
  rows: Figures[],
  categories: Bucket[],
  series: Bucket[] | null,
  measure: string,
  order: { bySize: boolean; most: number; others: string },
): Drawn {
  const raw = new Map<string, unknown>()
  for (const { buckets, figures } of rows) raw.set(keyOf(buckets[0], series ? buckets[1] : undefined), figures[measure])
  const all: (Bucket | undefined)[] = series ?? [undefined]
  const total = (category: Bucket) =>
    all.reduce((sum, one) => sum + (figureNumber(raw.get(keyOf(category, one))) ?? 0), 0)
  const sorted = order.bySize ? [...categories].sort((a, b) => total(b) - total(a)) : categories
  const shown = sorted.slice(0, sorted.length > order.most ? order.most - 1 : order.most)
  const rest = sorted.slice(shown.length)
  const valueFor = (list: Bucket[], among: (Bucket | undefined)[]) => {
    const found = list.flatMap((category) => among.map((one) => raw.get(keyOf(category, one))))
    const number = found.reduce<number>((sum, one) => sum + (figureNumber(one) ?? 0), 0)
    // What was put together is what the others leave.
    const narrowed = [
      list === rest ? outside(shown) : list[0]?.narrow,
      ...(series ? [among === restSeries ? outside(shownSeries as Bucket[]) : among[0]?.narrow] : []),
    ]
    const there = found.some((one) => one !== undefined)
    return { number, raw: found.length === 1 ? found[0] : number, through: there ? together(narrowed) : null }
  }
  const shownSeries = all.slice(0, all.length > mostSeries ? mostSeries - 1 : mostSeries)
  const restSeries = all.slice(shownSeries.length)
  const lists = [...shown.map((category) => [category]), ...(rest.length ? [rest] : [])]
  const made: Series[] = shownSeries.map((one, position) => ({
    key: one?.key ?? '',
    label: one?.label ?? '',
    colour: one?.colour ?? (palette[position % palette.length] as string),
    values: lists.map((list) => valueFor(list, [one])),
  }))
  if (restSeries.length) {
    const values = lists.map((list) => valueFor(list, restSeries))
    made.push({ key: '\u0001', label: order.others, colour: palette[mostSeries - 1] as string, values })
  }
  const others: Bucket[] = rest.length
    ? [{ key: '\u0001', label: order.others, colour: null, narrow: outside(shown) }]
    : []
  return { categories: [...shown, ...others], series: distinctColours(made) }
}

/** Two series of one colour would be one to the eye. */
function distinctColours(series: Series[]): Series[] {
  const taken = new Set<string>()
  return series.map((one) => {
    const colour = taken.has(one.colour) ? (palette.find((other) => !taken.has(other)) ?? one.colour) : one.colour
    taken.add(colour)
    return { ...one, colour }
  })
}

function keyOf(category: Bucket | undefined, series: Bucket | undefined): string {
  return `${category?.key ?? ''}\u0001${series?.key ?? ''}`
}

/** Round values for an axis from 0 to at least `most`. */
export function ticksTo(most: number, count = 4): number[] {
  if (most <= 0) return [0, 1]
  const rough = most / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? power * 10
  const whole = step < 1 && Number.isInteger(most) ? 1 : step
  const ticks: number[] = []
  for (let at = 0; at < most + whole; at += whole) ticks.push(Math.round(at * 1e6) / 1e6)
  return ticks
}
