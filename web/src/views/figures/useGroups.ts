import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { keys } from '../../api/keys'
import type { EnvironmentSource, Group, GroupQuery } from '../../api/source'
import type { Axis, Entity, Measure } from '../../api/types'
import { oneOf } from '../../api/where'
import { type Surroundings, useSurroundings } from '../../dictionary/context'
import { titleOf } from '../../dictionary/model'
import { isoDuration } from '../../format/durations'
import { decimal } from '../../format/numbers'
import { type Column, columnOf } from '../../table/columns'
import type { Asked } from '../kinds'
import { cssColour } from '../look'
import {
  type Bucket,
  figureNumber,
  folded,
  isFoldable,
  periodKeys,
  periodOf,
  periodWords,
  withoutGaps,
} from './buckets'
import { conditionOf } from './through'

/** Figures of the records that share a bucket on each axis. */
export interface Figures {
  buckets: Bucket[]
  figures: Record<string, unknown>
}

/** An axis with its field. */
interface Known {
  axis: Axis
  column: Column | null
  keys: GroupQuery['by']
}

/** Records grouped along axes, with the buckets of each axis in their order. */
export function useGroups(entity: Entity, axes: Axis[], measures: Measure[], asked: Asked, enabled = true) {
  const around = useSurroundings()
  const { dictionary, source } = around
  const known = axes.map((axis, position) => knownAxis(around, entity, axis, measures, `k${position}`))
  const query: GroupQuery = {
    ...asked,
    by: known.flatMap((one) => one.keys),
    figures: measures.map(({ method, field }, position) => ({ name: `f${position}`, method, field })),
  }
  const shape = JSON.stringify([query.by, query.figures])
  const found = useQuery({
    queryKey: keys.view(dictionary.environment.name, entity.name, 'groups', query),
    queryFn: async ({ signal }) => {
      const groups = await source.groups(entity.collection, query, { signal })
      return { shape, groups, titles: await titlesOf(around, source, known, groups, signal) }
    },
    placeholderData: keepPreviousData,
    enabled,
  })
  // Figures kept while new ones come are of the same axes, or mean nothing here.
  const data = found.data?.shape === shape ? found.data : undefined
  const merged = bucketed(known, data?.groups ?? [], measures)
  const titles = data?.titles ?? new Map<string, string>()
  const labelled = known.map((one) => (key: string | null) => bucketOf(around, one, key, titles))
  const rows: Figures[] = merged.map((group) => ({
    buckets: group.keys.map((key, position) =>
      (labelled[position] as (key: string | null) => Bucket)(key as string | null),
    ),
    figures: Object.fromEntries(measures.map(({ name }, position) => [name, group.figures[`f${position}`]])),
  }))
  return {
    rows,
    /** The buckets of an axis, in the order in which people read them. */
    bucketsOf: (position: number) =>
      inOrder(
        around,
        known[position],
        rows.map((row) => row.buckets[position] as Bucket),
        labelled[position] as (key: string | null) => Bucket,
      ),
    loading: data === undefined && enabled && !found.error,
    outdated: found.isPlaceholderData,
    problem: found.error,
    again: () => void found.refetch(),
  }
}

function knownAxis(around: Surroundings, entity: Entity, axis: Axis, measures: Measure[], name: string): Known {
  const column = columnOf(around, entity, axis.path)
  // An average of averages is none: such figures are by day where weeks were asked for.
  const per = axis.per === 'week' && !measures.every(({ method }) => isFoldable(method)) ? 'day' : axis.per
  const dated = column?.field.type === 'date'
  return {
    axis: { ...axis, per },
    column,
    keys: per ? periodKeys(axis.path, per, dated, name) : [axis.path],
  }
}

/** Groups with one key per axis; those of the same keys as one. */
function bucketed(known: Known[], groups: Group[], measures: Measure[]): Group[] {
  const one = groups.map((group) => {
    let at = 0
    const keyed = known.map(({ axis, keys: own }) => {
      const part = group.keys.slice(at, at + own.length)
      at += own.length
      if (axis.per) return periodOf(axis.per, part)
      const [raw] = part
      return raw === null || raw === undefined || raw === '' ? null : String(raw)
    })
    return { keys: keyed, figures: group.figures }
  })
  return folded(
    one,
    measures.map(({ method }, position) => ({ name: `f${position}`, method })),
  )
}

function bucketOf(
  around: Surroundings,
  { axis, column }: Known,
  key: string | null,
  titles: Map<string, string>,
): Bucket {
  const made = (label: string, colour: string | null = null): Bucket => ({
    key,
    label,
    colour,
    narrow: conditionOf(column, axis.per, key, label),
  })
  if (key === null) return made(around.t('view.noValue'))
  if (axis.per) return made(periodWords(axis.per, key, around.manner))
  const title = titles.get(key)
  if (title !== undefined || !column) return made(title || key)
  // Keys are texts here; a boolean's and a number's were not.
  const value = column.ui.of(key) ?? column.ui.of(key === 'true' ? true : key === 'false' ? false : Number(key))
  if (value === null || value === undefined) return made(key)
  const colour = column.ui.colour(value, column.field, around)
  return made(column.ui.text(value, column.field, around), colour ? cssColour(colour) : null)
}

/** Time as it goes, values of a list as the list has them, anything else by its name; what has no value last. */
function inOrder(
  around: Surroundings,
  known: Known | undefined,
  buckets: Bucket[],
  labelled: (key: string | null) => Bucket,
): Bucket[] {
  const byKey = new Map(buckets.map((bucket) => [bucket.key, bucket]))
  const named = [...byKey.values()].filter((bucket) => bucket.key !== null)
  const nothing = byKey.get(null)
  const end = nothing ? [nothing] : []
  if (known?.axis.per) {
    const all = withoutGaps(
      known.axis.per,
      named.map(({ key }) => key as string),
    )
    return [...all.map((key) => byKey.get(key) ?? labelled(key)), ...end]
  }
  const list = known?.column?.field.list
  const tags = list ? (around.dictionary.lists[list]?.values ?? []).map(({ tag }) => tag) : null
  const rank = (bucket: Bucket) => {
    const at = tags?.indexOf(bucket.key as string) ?? 0
    return at < 0 ? 10_000 : at
  }
  return [...named.sort((a, b) => rank(a) - rank(b) || a.label.localeCompare(b.label)), ...end]
}

/** How the records that are keys are called. */
async function titlesOf(
  { dictionary }: Surroundings,
  source: EnvironmentSource,
  known: Known[],
  groups: Group[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const titles = new Map<string, string>()
  let at = 0
  for (const { column, keys: own } of known) {
    const target = column?.field.to ? dictionary.entities[column.field.to] : undefined
    if (target) {
      const position = at
      const ids = [...new Set(groups.map((group) => group.keys[position]).filter((id): id is string => Boolean(id)))]
      for (let start = 0; start < ids.length; start += 100) {
        const where = oneOf('id', ids.slice(start, start + 100)) ?? ''
        const page = await source.list(target.collection, { select: ['id'], where, top: 100 }, { signal })
        for (const record of page.value) titles.set(record.id, titleOf(record))
      }
    }
    at += own.length
  }
  return titles
}

/** A figure in words, and what it is called. */
export function useMeasureWords(entity: Entity) {
  const around = useSurroundings()
  const { manner, label, t } = around
  const columnFor = (measure: Measure) => (measure.field ? columnOf(around, entity, measure.field) : null)
  return {
    name: (measure: Measure) => {
      if (measure.label) return label(measure.label)
      const column = columnFor(measure)
      return column ? `${column.label} (${t(`view.methods.${measure.method}`)})` : t('view.methods.count')
    },
    text: (measure: Measure, raw: unknown): string => {
      if (raw === null || raw === undefined) return ''
      const column = columnFor(measure)
      if (!column || measure.method === 'count' || measure.method === 'distinct') return decimal(String(raw), manner)
      const number = figureNumber(raw)
      const isPlain = typeof raw === 'number' || !Number.isNaN(Number(raw))
      const value = measure.method === 'average' && isPlain && number !== null ? number.toFixed(2) : raw
      // Durations put together here are seconds.
      const read = column.ui.of(value) ?? (number === null ? null : column.ui.of(isoDuration(Math.round(number))))
      return read === null || read === undefined
        ? decimal(String(value), manner)
        : column.ui.text(read, column.field, around)
    },
  }
}
