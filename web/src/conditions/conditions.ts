import type { Entity } from '../api/types'
import { allOf, anyOf } from '../api/where'
import type { Surroundings } from '../dictionary/context'
import type { FilterValue } from '../fields/types'
import { conditionColumnOf } from '../table/columns'

/** A filter on the field at a path. */
export interface FieldCondition {
  p: string
  v: FilterValue
}

/** Conditions that hold together, of which one holds, or of which none does. */
export type GroupCondition = { all: Condition[] } | { any: Condition[] } | { none: Condition[] }

/** That there are records, or none, which refer to this one by `with` or `without` (the name of their collection), of those that `f` keeps. */
export type RelatedCondition = { with: string; f?: Condition[] } | { without: string; f?: Condition[] }

/** A filter that the dictionary holds, by its name: of a chart (`chart/by_month`) or of a part of a dashboard (`dashboard/my_day/late`). */
export interface NamedCondition {
  named: string
}

/** What a list may be narrowed by: kept in addresses and saved views, hence short. */
export type Condition = FieldCondition | GroupCondition | RelatedCondition | NamedCondition

/** Conditions inside each other at most: the language takes more, people do not. */
export const deepest = 4

export const groupKinds = ['all', 'any', 'none'] as const
export type GroupKind = (typeof groupKinds)[number]

export function isField(condition: Condition): condition is FieldCondition {
  return 'p' in condition
}

/** The kind of a group and what is in it; `null` for what is none. */
export function groupOf(condition: Condition): { kind: GroupKind; of: Condition[] } | null {
  for (const kind of groupKinds) {
    const of = (condition as Partial<Record<GroupKind, Condition[]>>)[kind]
    if (of) return { kind, of }
  }
  return null
}

export function group(kind: GroupKind, of: Condition[]): GroupCondition {
  return { [kind]: of } as unknown as GroupCondition
}

/** Which records a condition is about, and whether they are wanted; `null` for what is about none. */
export function relatedOf(condition: Condition): { collection: string; wanted: boolean; f: Condition[] } | null {
  if ('with' in condition) return { collection: condition.with, wanted: true, f: condition.f ?? [] }
  if ('without' in condition) return { collection: condition.without, wanted: false, f: condition.f ?? [] }
  return null
}

/** What the dictionary calls a named filter, and its expression; `null` where it has none of that name. */
export function namedOf(
  { dictionary, label }: Surroundings,
  entity: Entity,
  { named }: NamedCondition,
): { label: string; where: string | null } | null {
  const [kind, first, second] = named.split('/')
  if (kind === 'chart') {
    const chart = entity.views.chart?.charts.find((one) => one.name === first)
    return chart ? { label: label(chart.label), where: chart.filter } : null
  }
  const board = kind === 'dashboard' ? dictionary.dashboards.find((one) => one.name === first) : undefined
  const part = board?.parts.find((one) => one.name === second && one.entity === entity.name)
  return part ? { label: label(part.label), where: part.filter } : null
}

/** The kinds of records that refer to those of `entity` by one reference: what `with` and `without` may name. */
export function relatives(around: Surroundings, entity: Entity): Entity[] {
  return Object.values(around.dictionary.entities).filter((other) => {
    const ways = other.fields.filter((field) => !field.system && field.type === 'reference' && field.to === entity.name)
    // Names of the record's own fields come first: a collection that is called as one is that field.
    return ways.length === 1 && !entity.fields.some((field) => field.name === other.collection)
  })
}

/** Conditions from an address or a saved view; what cannot be read is left out. */
export function conditionsOf(raw: unknown, depth = 0): Condition[] {
  if (!Array.isArray(raw) || depth >= deepest) return []
  return raw.flatMap((one): Condition[] => {
    if (!one || typeof one !== 'object') return []
    const { p, v, f, ...rest } = one as Record<string, unknown>
    if (typeof p === 'string') {
      const value = v as { o?: unknown } | null
      return value && typeof value === 'object' && typeof value.o === 'string' ? [{ p, v: value as FilterValue }] : []
    }
    if (typeof rest.named === 'string') return [{ named: rest.named }]
    for (const kind of groupKinds) if (kind in rest) return [group(kind, conditionsOf(rest[kind], depth + 1))]
    for (const way of ['with', 'without'] as const) {
      const collection = rest[way]
      if (typeof collection !== 'string') continue
      const inner = conditionsOf(f, depth + 1)
      return [{ [way]: collection, ...(inner.length ? { f: inner } : {}) } as unknown as RelatedCondition]
    }
    return []
  })
}

/** A condition as an expression; `null` when it names what is not there, or is not complete. */
export function whereOf(around: Surroundings, entity: Entity, condition: Condition): string | null {
  if (isField(condition)) {
    const column = conditionColumnOf(around, entity, condition.p)
    return column?.ui.filter?.where(condition.p, condition.v, column.field, around) ?? null
  }
  if ('named' in condition) return namedOf(around, entity, condition)?.where ?? null
  const inside = (of: Condition[], at: Entity) => of.map((one) => whereOf(around, at, one))
  const known = groupOf(condition)
  if (known) {
    const parts = inside(known.of, entity)
    if (known.kind === 'all') return allOf(parts)
    const any = anyOf(parts)
    return known.kind === 'any' || any === null ? any : `not (${any})`
  }
  const related = relatedOf(condition)
  const other = related && relatives(around, entity).find((one) => one.collection === related.collection)
  if (!other) return null
  const which = allOf(inside(related.f, other))
  const there = `exists(${other.collection}${which ? `, ${which}` : ''})`
  return related.wanted ? there : `not ${there}`
}

/** A condition in plain words: `Ville : est Strasbourg`, `sans rendez-vous (Début : 6 derniers mois)`. */
export function textOf(around: Surroundings, entity: Entity, condition: Condition): string {
  const { t, label } = around
  if (isField(condition)) {
    const column = conditionColumnOf(around, entity, condition.p)
    const name = column?.label ?? t('list.unknownColumn')
    return t('conditions.field', { name, what: column?.ui.filter?.text(condition.v, column.field, around) ?? '' })
  }
  if ('named' in condition) return namedOf(around, entity, condition)?.label ?? t('list.unknownColumn')
  const known = groupOf(condition)
  if (known) return sentence(around, entity, known.of, known.kind)
  const related = relatedOf(condition)
  const other = related && relatives(around, entity).find((one) => one.collection === related.collection)
  if (!related || !other) return t('list.unknownColumn')
  const what = label(other.label).toLocaleLowerCase(around.language)
  const start = t(related.wanted ? 'conditions.with' : 'conditions.without', { what })
  return related.f.length ? `${start} (${sentence(around, other, related.f, 'all')})` : start
}

/** Several conditions in one sentence, brackets where one could read it otherwise. */
export function sentence(around: Surroundings, entity: Entity, of: Condition[], kind: GroupKind): string {
  const { t } = around
  const words = of.map((one) => {
    const said = textOf(around, entity, one)
    const inner = groupOf(one)
    return inner && inner.of.length > 1 && inner.kind !== kind ? `(${said})` : said
  })
  const joined = words.join(t(kind === 'all' ? 'conditions.and' : 'conditions.or'))
  return kind === 'none' ? t('conditions.none', { what: joined }) : joined
}
