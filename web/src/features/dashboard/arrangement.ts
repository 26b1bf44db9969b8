import type { DashboardPart } from '../../api/types'

/** How a person arranged a dashboard: the order of its parts, and those they do not want. */
export interface Arrangement {
  order: string[]
  hidden: string[]
}

export const asWritten: Arrangement = { order: [], hidden: [] }

/** What a person kept of a dashboard; as it is written where they kept nothing, or nothing of this kind. */
export function arrangementOf(kept: unknown): Arrangement {
  const names = (value: unknown) =>
    Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : []
  const { order, hidden } = (kept ?? asWritten) as Record<string, unknown>
  return { order: names(order), hidden: names(hidden) }
}

/** The parts in the person's order. Parts that came since stand where the dictionary puts them: after the one before them there. */
export function arranged(parts: DashboardPart[], arrangement: Arrangement): DashboardPart[] {
  const known = new Map(parts.map((part) => [part.name, part]))
  const order = arrangement.order.filter((name) => known.has(name))
  for (const [position, part] of parts.entries()) {
    if (order.includes(part.name)) continue
    const before = parts[position - 1]
    order.splice(before ? order.indexOf(before.name) + 1 : 0, 0, part.name)
  }
  return order.flatMap((name) => known.get(name) ?? [])
}

/** The arrangement with a part moved by some places. */
export function moved(parts: DashboardPart[], arrangement: Arrangement, name: string, by: number): Arrangement {
  const order = arranged(parts, arrangement).map((part) => part.name)
  const from = order.indexOf(name)
  const to = Math.min(Math.max(from + by, 0), order.length - 1)
  if (from < 0 || from === to) return arrangement
  order.splice(to, 0, ...order.splice(from, 1))
  return { ...arrangement, order }
}

/** The arrangement with a part shown or not. */
export function toggled(arrangement: Arrangement, name: string): Arrangement {
  const hidden = arrangement.hidden.includes(name)
    ? arrangement.hidden.filter((other) => other !== name)
    : [...arrangement.hidden, name]
  return { ...arrangement, hidden }
}
