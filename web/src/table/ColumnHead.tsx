import { type CSSProperties, type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../icons/Icon'
import { type Column, narrowest, widest } from './columns'
import styles from './RecordTable.module.css'

interface Props {
  column: Column
  first: boolean
  held: CSSProperties | undefined
  /** Criteria of the sort, as paths of columns, descending ones with a minus before. */
  sort: string[]
  onSort: ((path: string, adding: boolean) => void) | undefined
  onResize: ((path: string, width: number) => void) | undefined
}

const step = 16

/** The head of a column: sorts when pressed (with shift: sorts also), and its edge is dragged (or moved by arrows) to make it wider. */
export function ColumnHead({ column, first, held, sort, onSort, onResize }: Props) {
  const { t } = useTranslation()
  const rank = sort.findIndex((term) => term === column.path || term === `-${column.path}`)
  const direction = rank < 0 ? 'none' : sort[rank] === column.path ? 'ascending' : 'descending'
  const sortable = onSort && column.sort !== null
  const word = t(direction === 'ascending' ? 'list.sortDescending' : 'list.sortAscending', { name: column.label })
  return (
    <span
      role="columnheader"
      aria-sort={sortable ? direction : undefined}
      className={styles.headCell}
      data-align={column.ui.align}
      data-first={first || undefined}
      data-held={held ? true : undefined}
      style={held}
    >
      {sortable ? (
        <button
          type="button"
          className={styles.sort}
          title={`${word}\n${t('list.sortAlso')}`}
          onClick={(event) => onSort(column.path, event.shiftKey)}
        >
          <span className={styles.headWord}>{column.label}</span>
          {direction !== 'none' && (
            <>
              <Icon name={direction === 'ascending' ? 'arrow-up' : 'arrow-down'} size={14} />
              {sort.length > 1 && (
                <span className={styles.rank} title={t('list.sortRank', { rank: rank + 1 })}>
                  {rank + 1}
                </span>
              )}
            </>
          )}
        </button>
      ) : (
        <span className={styles.headWord} title={column.label}>
          {column.label}
        </span>
      )}
      {onResize && <Edge column={column} onResize={onResize} />}
    </span>
  )
}

function Edge({ column, onResize }: { column: Column; onResize(path: string, width: number): void }) {
  const { t } = useTranslation()
  const from = useRef<{ x: number; width: number } | null>(null)
  const [shift, setShift] = useState<number | null>(null)
  const bounded = (width: number) => Math.min(Math.max(width, narrowest), widest)
  const begin = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault()
    event.currentTarget.setPointerCapture(event.pointerId)
    from.current = { x: event.clientX, width: event.currentTarget.parentElement?.offsetWidth ?? column.width }
    setShift(0)
  }
  const drag = (event: PointerEvent<HTMLElement>) => {
    if (from.current) setShift(bounded(from.current.width + event.clientX - from.current.x) - from.current.width)
  }
  const end = (event: PointerEvent<HTMLElement>) => {
    if (!from.current) return
    const width = bounded(from.current.width + event.clientX - from.current.x)
    const moved = Math.abs(event.clientX - from.current.x) > 2
    from.current = null
    setShift(null)
    if (moved) onResize(column.path, width)
  }
  const press = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -step, ArrowRight: step }[event.key]
    if (!by) return
    event.preventDefault()
    onResize(column.path, bounded(column.width + by))
  }
  return (
    <span
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t('list.resize', { name: column.label })}
      aria-valuenow={column.width}
      aria-valuemin={narrowest}
      aria-valuemax={widest}
      className={styles.edge}
      data-dragging={shift !== null || undefined}
      style={shift === null ? undefined : { transform: `translateX(${shift}px)` }}
      onPointerDown={begin}
      onPointerMove={drag}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={press}
    />
  )
}
