import { Button, Checkbox, Popover, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { fold } from '../../format/fold'
import { Icon } from '../../icons/Icon'
import { type Column, columnOf, offeredPaths } from '../../table/columns'
import { IconAction } from '../../ui/IconAction'
import styles from './ColumnsMenu.module.css'

interface Props {
  entity: Entity
  columns: Column[]
  /** `null` gives back the columns of the dictionary. */
  onChange(columns: { path: string; width?: number | null }[] | null): void
}

/** Which columns are shown, and in which order. */
export function ColumnsMenu({ entity, columns, onChange }: Props) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const [typed, setTyped] = useState('')
  const shown = columns.map(({ path, width, resolved }) => ({
    path,
    width: width === resolved.field.width ? null : width,
  }))
  const others = offeredPaths(entity)
    .filter((path) => !columns.some((column) => column.path === path))
    .map((path) => columnOf(around, entity, path))
    .filter((column): column is Column => column !== null)
  const matches = (column: Column) => fold(column.label).includes(fold(typed.trim()))
  const move = (position: number, by: number) => {
    const next = [...shown]
    const [moved] = next.splice(position, 1)
    if (moved) next.splice(position + by, 0, moved)
    onChange(next)
  }
  return (
    <Popover position="bottom-end" width={320} trapFocus returnFocus>
      <Popover.Target>
        <Button variant="subtle" leftSection={<Icon name="columns" size={16} />}>
          {t('list.columns')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('list.columns')}>
        <TextInput
          data-autofocus
          aria-label={t('list.filterSearch')}
          placeholder={t('list.filterSearch')}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <ul className={styles.columns}>
          {columns.map(
            (column, position) =>
              matches(column) && (
                <li key={column.path} className={styles.column}>
                  <Checkbox
                    size="xs"
                    label={column.label}
                    checked
                    disabled={columns.length === 1}
                    onChange={() => onChange(shown.filter(({ path }) => path !== column.path))}
                  />
                  <span className={styles.moves}>
                    {position > 0 && (
                      <IconAction
                        icon="arrow-up"
                        size={24}
                        label={t('list.moveUp', { name: column.label })}
                        onClick={() => move(position, -1)}
                      />
                    )}
                    {position < columns.length - 1 && (
                      <IconAction
                        icon="arrow-down"
                        size={24}
                        label={t('list.moveDown', { name: column.label })}
                        onClick={() => move(position, 1)}
                      />
                    )}
                  </span>
                </li>
              ),
          )}
          {others.filter(matches).map((column) => (
            <li key={column.path} className={styles.column}>
              <Checkbox
                size="xs"
                label={column.label}
                checked={false}
                onChange={() => onChange([...shown, { path: column.path }])}
              />
            </li>
          ))}
        </ul>
        <Button variant="subtle" fullWidth onClick={() => onChange(null)}>
          {t('list.columnsReset')}
        </Button>
      </Popover.Dropdown>
    </Popover>
  )
}
