import { Button, Checkbox, Popover, SegmentedControl, TextInput } from '@mantine/core'
import { type DragEvent, type KeyboardEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { fold } from '../../format/fold'
import { Icon } from '../../icons/Icon'
import { type Column, columnOf, type KeptColumn, keptColumns, offeredPaths } from '../../table/columns'
import { IconAction } from '../../ui/IconAction'
import styles from './ColumnsMenu.module.css'

interface Props {
  entity: Entity
  columns: Column[]
  /** `null` gives back the columns of the dictionary. */
  onChange(columns: KeptColumn[] | null): void
}

/** Which columns are shown, in which order, and which stay in sight. They are moved by dragging, or by arrows with their handle. */
export function ColumnsMenu({ entity, columns, onChange }: Props) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const [typed, setTyped] = useState('')
  const dense = around.preferences.density === 'dense'
  const [over, setOver] = useState<number | null>(null)
  const [said, setSaid] = useState('')
  const dragged = useRef<number | null>(null)
  const shown = keptColumns(columns)
  const others = offeredPaths(entity)
    .filter((path) => !columns.some((column) => column.path === path))
    .map((path) => columnOf(around, entity, path))
    .filter((column): column is Column => column !== null)
  const matches = (column: Column) => fold(column.label).includes(fold(typed.trim()))
  const move = (from: number, to: number) => {
    const next = [...shown]
    const [moved] = next.splice(from, 1)
    if (!moved || to < 0 || to >= shown.length) return
    next.splice(to, 0, moved)
    setSaid(t('list.moved', { name: columns[from]?.label ?? '', place: to + 1, count: shown.length }))
    onChange(next)
  }
  const press = (event: KeyboardEvent, position: number) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (!by) return
    event.preventDefault()
    move(position, position + by)
  }
  const drop = (event: DragEvent, position: number) => {
    event.preventDefault()
    if (dragged.current !== null && dragged.current !== position) move(dragged.current, position)
    dragged.current = null
    setOver(null)
  }
  const pin = (path: string) =>
    onChange(shown.map((column) => (column.path === path ? { ...column, pinned: !column.pinned } : column)))
  return (
    <Popover position="bottom-end" width={340} trapFocus returnFocus>
      <Popover.Target>
        <IconAction icon="columns" label={t('list.columns')} />
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
                <li
                  key={column.path}
                  className={styles.column}
                  data-over={over === position || undefined}
                  draggable={typed === ''}
                  onDragStart={(event) => {
                    dragged.current = position
                    event.dataTransfer.effectAllowed = 'move'
                    event.dataTransfer.setData('text/plain', column.path)
                  }}
                  onDragOver={(event) => {
                    if (dragged.current === null) return
                    event.preventDefault()
                    setOver(position)
                  }}
                  onDragEnd={() => setOver(null)}
                  onDrop={(event) => drop(event, position)}
                >
                  <button
                    type="button"
                    className={styles.handle}
                    aria-label={t('list.move', { name: column.label })}
                    title={t('list.moveHint')}
                    onKeyDown={(event) => press(event, position)}
                  >
                    <Icon name="grip-vertical" size={16} />
                  </button>
                  <Checkbox
                    size="xs"
                    className={styles.word}
                    label={column.label}
                    checked
                    disabled={columns.length === 1}
                    onChange={() => onChange(shown.filter(({ path }) => path !== column.path))}
                  />
                  <IconAction
                    icon={column.pinned ? 'pin-filled' : 'pin'}
                    size={28}
                    label={t(column.pinned ? 'list.unpin' : 'list.pin', { name: column.label })}
                    onClick={() => pin(column.path)}
                  />
                </li>
              ),
          )}
          {others.filter(matches).map((column) => (
            <li key={column.path} className={styles.column}>
              <span className={styles.handle} />
              <Checkbox
                size="xs"
                className={styles.word}
                label={column.label}
                checked={false}
                onChange={() => onChange([...shown, { path: column.path, width: null, pinned: false }])}
              />
            </li>
          ))}
        </ul>
        <p className="hidden-text" aria-live="polite">
          {said}
        </p>
        <div className={styles.foot}>
          <SegmentedControl
            size="xs"
            aria-label={t('preferences.density')}
            value={dense ? 'dense' : 'comfortable'}
            onChange={(next) => around.prefer({ density: next as 'dense' | 'comfortable' })}
            data={[
              { value: 'comfortable', label: t('preferences.comfortable') },
              { value: 'dense', label: t('preferences.dense') },
            ]}
          />
          <Button variant="subtle" size="xs" onClick={() => onChange(null)}>
            {t('list.columnsReset')}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
