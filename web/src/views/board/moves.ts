import type { Entity, Transition } from '../../api/types'

/** What brings a card from one column to another. */
export type Move =
  | { kind: 'none' }
  | { kind: 'set'; tag: string }
  | { kind: 'transition'; transition: Transition }
  /** No transition goes there; `ways` are the columns that some transition reaches. */
  | { kind: 'refused'; ways: string[] }

/** States move along transitions only; any other choice is simply set. */
export function moveOf(entity: Entity, by: string, from: string, to: string): Move {
  if (from === to) return { kind: 'none' }
  if (entity.states?.field !== by) return { kind: 'set', tag: to }
  const leaving = entity.states.transitions.filter((transition) => transition.from.includes(from))
  const transition = leaving.find((one) => one.to === to)
  return transition ? { kind: 'transition', transition } : { kind: 'refused', ways: leaving.map((one) => one.to) }
}
