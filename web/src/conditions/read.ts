import type { Entity } from '../api/types'
import { allOf } from '../api/where'
import type { Surroundings } from '../dictionary/context'
import type { Test } from '../fields/types'
import { conditionColumnOf } from '../table/columns'
import { type Condition, deepest, group, relatives, whereOf } from './conditions'
import { Beyond, canonical, type Parsed, parsed } from './parse'

/** What is written as conditions, or the part of it that no builder shows. */
export type Read = { conditions: Condition[] } | { beyond: string }

/** An expression as conditions that say the same. What they would write differently is not theirs to show. */
export function readConditions(around: Surroundings, entity: Entity, text: string): Read {
  if (text.trim() === '') return { conditions: [] }
  try {
    const whole = parsed(text)
    const conditions = whole.kind === 'all' ? allFrom(around, entity, whole.of, 0) : [from(around, entity, whole, 0)]
    const again = allOf(conditions.map((one) => whereOf(around, entity, one)))
    const same = again !== null && canonical(parsed(again)) === canonical(whole)
    return same ? { conditions } : { beyond: text.trim() }
  } catch (fault) {
    if (fault instanceof Beyond) return { beyond: fault.part }
    throw fault
  }
}

function from(around: Surroundings, entity: Entity, one: Parsed, depth: number): Condition {
  if (depth >= deepest) throw new Beyond(said(one))
  if (one.kind === 'test') return field(around, entity, one.path, [one.test], one)
  if (one.kind === 'any') return group('any', anyFrom(around, entity, one.of, depth + 1))
  if (one.kind === 'all') return group('all', allFrom(around, entity, one.of, depth + 1))
  if (one.kind === 'exists') return related(around, entity, one, true, depth)
  const inner = one.of
  if (inner.kind === 'exists') return related(around, entity, inner, false, depth)
  return group('none', anyFrom(around, entity, inner.kind === 'any' ? inner.of : [inner], depth + 1))
}

function anyFrom(around: Surroundings, entity: Entity, of: Parsed[], depth: number): Condition[] {
  return of.map((one) => from(around, entity, one, depth))
}

/** Two tests of one path that stand beside each other are perhaps one range. */
function allFrom(around: Surroundings, entity: Entity, of: Parsed[], depth: number): Condition[] {
  const conditions: Condition[] = []
  for (let at = 0; at < of.length; at += 1) {
    const [one, next] = [of[at] as Parsed, of[at + 1]]
    if (one.kind === 'test' && next?.kind === 'test' && next.path === one.path) {
      const v = filterOf(around, entity, one.path)?.read?.([one.test, next.test])
      if (v) {
        conditions.push({ p: one.path, v })
        at += 1
        continue
      }
    }
    // A range in brackets is one condition, as the builder writes it.
    const range = one.kind === 'all' ? allFrom(around, entity, one.of, depth) : []
    conditions.push(range.length === 1 && range[0] ? range[0] : from(around, entity, one, depth))
  }
  return conditions
}

function filterOf(around: Surroundings, entity: Entity, path: string) {
  return conditionColumnOf(around, entity, path)?.ui.filter
}

function field(around: Surroundings, entity: Entity, path: string, tests: Test[], one: Parsed): Condition {
  const v = filterOf(around, entity, path)?.read?.(tests)
  if (!v) throw new Beyond(said(one))
  return { p: path, v }
}

function related(
  around: Surroundings,
  entity: Entity,
  one: Extract<Parsed, { kind: 'exists' }>,
  wanted: boolean,
  depth: number,
): Condition {
  const { collection, which } = one
  const other = relatives(around, entity).find((known) => known.collection === collection)
  if (!other) throw new Beyond(said(one))
  const f =
    which === null
      ? []
      : which.kind === 'all'
        ? allFrom(around, other, which.of, depth + 1)
        : [from(around, other, which, depth + 1)]
  return wanted ? { with: collection, f } : { without: collection, f }
}

/** A part, as one would find it again in the text. */
function said(one: Parsed): string {
  if (one.kind === 'test')
    return `${one.path} ${['is', 'not'].includes(one.test.operator) ? '' : one.test.operator}`.trim()
  if (one.kind === 'exists') return `exists(${one.collection}…)`
  return one.kind === 'not' ? `not (${said(one.of)}…)` : one.of.map(said).join(one.kind === 'all' ? ' and ' : ' or ')
}
