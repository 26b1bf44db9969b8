import { Button, NativeSelect, Popover } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { type Column, columnOf, offeredPaths } from '../../table/columns'
import { IconAction } from '../../ui/IconAction'
import styles from './SortMenu.module.css'
import { bare, type ListSearch, sortTerms } from './search'

interface Props {
  entity: Entity
  search: ListSearch
  columns: Column[]
  onChange(next: Partial<ListSearch>): void
}

/** By what the list is sorted, one criterion after the other, and by what it is grouped. */
export function SortMenu({ entity, search, columns, onChange }: Props) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const terms = sortTerms(search.sort ?? entity.order.join(','))
  const shown = columns.map((column) => column.path)
  const paths = [...shown, ...offeredPaths(entity).filter((path) => !shown.includes(path))]
  const sortable = paths
    .map((path) => columnOf(around, entity, path))
    .filter((column): column is Column => column?.sort != null)
  const options = (but: string[]) =>
    sortable
      .filter((column) => !but.includes(column.path))
      .map((column) => ({ value: column.path, label: column.label }))
  const put = (next: string[]) => onChange({ sort: next.join(',') || undefined })
  const change = (position: number, term: string) => put(terms.map((one, index) => (index === position ? term : one)))
  const free = sortable.find((column) => !terms.map(bare).includes(column.path))
  return (
    <Popover position="bottom-end" width={340} trapFocus returnFocus>
      <Popover.Target>
        <IconAction icon="arrows-sort" label={t('list.sort')} />
      </Popover.Target>
      <Popover.Dropdown aria-label={t('list.sort')}>
        <ol className={styles.terms}>
          {terms.map((term, position) => {
            const path = bare(term)
            const descending = term !== path
            const label = columnOf(around, entity, path)?.label ?? path
            const others = terms.map(bare).filter((one) => one !== path)
            return (
              <li key={path} className={styles.term}>
                <span className={`${styles.rank} figures`}>{position + 1}</span>
                <NativeSelect
                  className={styles.path}
                  aria-label={t('list.sortBy', { rank: position + 1 })}
                  value={path}
                  data={
                    options(others).some((one) => one.value === path)
                      ? options(others)
                      : [{ value: path, label }, ...options(others)]
                  }
                  onChange={(event) => change(position, (descending ? '-' : '') + event.currentTarget.value)}
                />
                <IconAction
                  icon={descending ? 'arrow-down' : 'arrow-up'}
                  size={30}
                  label={t(descending ? 'list.descending' : 'list.ascending', { name: label })}
                  onClick={() => change(position, descending ? path : `-${path}`)}
                />
                <IconAction
                  icon="x"
                  size={30}
                  label={t('list.sortRemove', { name: label })}
                  onClick={() => put(terms.filter((_, index) => index !== position))}
                />
              </li>
            )
          })}
        </ol>
        <div className={styles.actions}>
          {free && terms.length < 5 && (
            <Button
              size="xs"
              variant="subtle"
              leftSection={<Icon name="plus" size={14} />}
              onClick={() => put([...terms, free.path])}
            >
              {t('list.sortAdd')}
            </Button>
          )}
          {search.sort && (
            <Button size="xs" variant="subtle" onClick={() => onChange({ sort: undefined })}>
              {t('list.sortReset')}
            </Button>
          )}
        </div>
        <NativeSelect
          className={styles.group}
          label={t('list.groupBy')}
          value={search.group ?? ''}
          data={[{ value: '', label: t('list.noGroup') }, ...options([])]}
          onChange={(event) => onChange({ group: event.currentTarget.value || undefined })}
        />
      </Popover.Dropdown>
    </Popover>
  )
}
