import { Menu, UnstyledButton } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import type { GroupQuery, ListQuery } from '../../api/source'
import type { Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { type Aggregate, aggregates } from '../../fields/types'
import type { Column } from '../../table/columns'
import styles from './ListScreen.module.css'
import type { ListSearch } from './search'
import { isReckoned } from './useGroups'

/** What a column's foot says when nobody chose: what adds up, added up; shares, on average; of dates nothing. */
function usual(column: Column): Aggregate | undefined {
  if (!column.ui.aggregate.includes('sum')) return undefined
  return column.field.unit === '%' ? 'average' : 'sum'
}

function chosenOf(search: ListSearch, column: Column): Aggregate | undefined {
  const said = search.foot?.split(',').find((part) => part.startsWith(`${column.path}:`))
  const method = aggregates.find((known) => said === `${column.path}:${known}`)
  return method && column.ui.aggregate.includes(method) ? method : usual(column)
}

/** Sums, averages, least and greatest values beneath the columns, over everything the list holds. `undefined` where no column has any. */
export function useTotals(
  entity: Entity,
  query: ListQuery,
  columns: Column[],
  search: ListSearch,
  onChange: (next: Partial<ListSearch>, replace: boolean) => void,
): ((column: Column) => ReactNode) | undefined {
  const { t } = useTranslation()
  const around = useSurroundings()
  const { dictionary, source } = around
  const reckoned = columns.filter(isReckoned)
  const { where, search: words } = query
  const asked: GroupQuery = {
    by: [],
    figures: reckoned.flatMap((column, position) => {
      const method = chosenOf(search, column)
      return method ? [{ name: `f${position}`, field: column.path, method }] : []
    }),
    ...(where ? { where } : {}),
    ...(words ? { search: words } : {}),
  }
  const found = useQuery({
    queryKey: keys.summary(dictionary.environment.name, entity.name, asked),
    queryFn: ({ signal }) => source.groups(entity.collection, asked, { signal }),
    enabled: asked.figures.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
  })
  const figures = found.data?.[0]?.figures
  if (!reckoned.some((column) => chosenOf(search, column)) || !figures) return undefined
  const choose = (column: Column, method: Aggregate) => {
    const others = (search.foot ?? '').split(',').filter((part) => part && !part.startsWith(`${column.path}:`))
    const own = method === usual(column) ? [] : [`${column.path}:${method}`]
    onChange({ foot: [...others, ...own].join(',') || undefined }, true)
  }
  return (column) => {
    const method = chosenOf(search, column)
    const value = column.ui.of(figures[`f${reckoned.indexOf(column)}`])
    if (!isReckoned(column)) return null
    return (
      <Menu position="top-end" withinPortal>
        <Menu.Target>
          <UnstyledButton
            className={styles.total}
            data-none={method ? undefined : true}
            aria-label={t('totals.of', {
              name: column.label,
              method: method ? t(`totals.${method}`) : t('totals.none'),
            })}
          >
            <small>{method ? t(`totals.short.${method}`) : t('totals.choose')}</small>
            {method && (
              <span className="figures">
                {value === null ? (
                  '—'
                ) : (
                  <column.ui.Cell field={column.field} value={value} collection={entity.collection} />
                )}
              </span>
            )}
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {column.ui.aggregate.map((one) => (
            <Menu.Item key={one} onClick={() => choose(column, one)}>
              {t(`totals.${one}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    )
  }
}
