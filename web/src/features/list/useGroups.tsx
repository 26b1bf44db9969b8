import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import type { GroupQuery, ListQuery } from '../../api/source'
import type { Entity, RecordData } from '../../api/types'
import { allOf } from '../../api/where'
import { useSurroundings } from '../../dictionary/context'
import { ownerOf } from '../../dictionary/model'
import { decimal } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import { type Column, columnOf } from '../../table/columns'
import type { TableGroup } from '../../table/layout'
import type { Grouped } from '../../table/RecordTable'
import styles from './ListScreen.module.css'
import type { Grouping } from './search'

/** A group of the list: what its records have in common, how many there are, and sums over them. */
export interface Group extends TableGroup {
  value: unknown
  count: number
  figures: Record<string, unknown>
}

const noGroups: Group[] = []

/**
 * The groups of a list and what they add up to, reckoned by the server over all records. A group that is closed is left out of what the
 * list asks for: `where` is then more than the list's own.
 */
export function useGroups(entity: Entity, grouping: Grouping | null, query: ListQuery, columns: Column[]) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const { dictionary, source, manner } = around
  const [closed, setClosed] = useState<{ path: string; keys: ReadonlySet<string> }>({ path: '', keys: new Set() })
  const closedKeys = grouping && closed.path === grouping.path ? closed.keys : new Set<string>()
  const { where, search } = query
  const summed = columns.filter(
    (column) => column.ui.aggregate[0] === 'sum' && column.field.unit !== '%' && isReckoned(column),
  )
  const asked: GroupQuery = {
    by: grouping ? [grouping.path] : [],
    figures: [
      { name: 'n', method: 'count', field: null },
      ...summed.map((column, position) => ({ name: `f${position}`, method: 'sum' as const, field: column.path })),
    ],
    ...(where ? { where } : {}),
    ...(search ? { search } : {}),
  }
  const found = useQuery({
    queryKey: keys.summary(dictionary.environment.name, entity.name, asked),
    queryFn: ({ signal }) => source.groups(entity.collection, asked, { signal }),
    enabled: grouping !== null,
    placeholderData: keepPreviousData,
    retry: false,
  })
  if (!grouping) return { grouped: undefined, where }
  const groups = found.data?.map(({ keys: [value], figures }): Group => {
    const key = JSON.stringify(value ?? null)
    return { key, value: value ?? null, count: Number(figures.n), figures, collapsed: closedKeys.has(key) }
  })
  const keyOf = (row: RecordData) => {
    const { resolved } = grouping
    const held = ownerOf(resolved, row)?.[resolved.field.name]
    const value = resolved.part ? (held as Record<string, unknown> | null | undefined)?.[resolved.part] : held
    return JSON.stringify(value ?? null)
  }
  const toggle = (key: string) => {
    const next = new Set(closedKeys)
    if (!next.delete(key)) next.add(key)
    setClosed({ path: grouping.path, keys: next })
  }
  const literal = columnOf(around, entity, grouping.path)?.ui.literal ?? String
  const without = [...closedKeys].map((key) => {
    const value = JSON.parse(key) as string | number | boolean | null
    return `${grouping.path} != ${value === null ? 'null' : literal(value)}`
  })
  const grouped: Grouped<Group> = {
    groups: groups ?? noGroups,
    keyOf,
    head: (group) => (
      <>
        <button
          type="button"
          className={styles.groupToggle}
          aria-expanded={!group.collapsed}
          onClick={() => toggle(group.key)}
        >
          <Icon name={group.collapsed ? 'chevron-right' : 'chevron-down'} size={16} />
          <GroupName entity={entity} grouping={grouping} value={group.value} />
        </button>
        <span className="quiet figures">
          {t('list.count', { count: group.count, shown: decimal(group.count, manner) })}
        </span>
        {summed.map((column, position) => {
          const value = column.ui.of(group.figures[`f${position}`])
          return value === null ? null : (
            <span key={column.path} className={`${styles.groupFigure} figures`}>
              <span className="quiet">{column.label}</span> {column.ui.text(value, column.field, around)}
            </span>
          )
        })}
      </>
    ),
  }
  return { grouped, where: allOf([where, ...without]) ?? undefined }
}

/** What the records of a group have in common, as their column shows it. */
function GroupName({ entity, grouping, value }: { entity: Entity; grouping: Grouping; value: unknown }) {
  const { t } = useTranslation()
  const { column, path } = grouping
  // Of a reference the server tells what its records are called, not which one it is.
  const known = path === column.path ? column.ui.of(value) : null
  if (known !== null) return <column.ui.Cell field={column.field} value={known} collection={entity.collection} />
  return value === null ? <span className="quiet">{t('filter.nothing')}</span> : <span>{String(value)}</span>
}

/** Whether the server reckons over the values of a column: those that a record keeps. */
export function isReckoned(column: Column): boolean {
  return column.ui.aggregate.length > 0 && column.resolved.part === null
}
