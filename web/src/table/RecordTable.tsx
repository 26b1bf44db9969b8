import { useMediaQuery } from '@mantine/hooks'
import { Link, useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity, RecordData } from '../api/types'
import { useSurroundings } from '../dictionary/context'
import { titleOf } from '../dictionary/model'
import { Icon } from '../icons/Icon'
import { Bar, Late } from '../ui/Late'
import { useShortcuts } from '../ui/shortcuts'
import { useDense } from '../visits/pinned'
import { ColumnHead } from './ColumnHead'
import { type Column, titleColumn } from './columns'
import styles from './RecordTable.module.css'
import type { Rows } from './useRows'

interface Props {
  entity: Entity
  columns: Column[]
  rows: Rows
  /** `name`, `-created_at`: the first criterion of the sort, as a path of a column. */
  sort?: string | undefined
  onSort?: ((sort: string) => void) | undefined
  onResize?: ((path: string, width: number) => void) | undefined
  label: string
  /** Row that the keyboard is on when the table opens. */
  startAt?: string | undefined
  /** As tall as its rows, up to a few: inside a record. */
  compact?: boolean
}

/** Records as rows, only those in sight being drawn. A row is a link; `j` and `k` move between them. */
export function RecordTable(props: Props) {
  const { entity, columns, rows, sort, onSort, onResize, label, startAt, compact } = props
  const { t } = useTranslation()
  const { dictionary } = useSurroundings()
  const navigate = useNavigate()
  const frame = useRef<HTMLDivElement>(null)
  const phone = useMediaQuery('(max-width: 640px)', false, { getInitialValueInEffect: false })
  const [dense] = useDense()
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      rows.rows.findIndex((row) => row.id === startAt),
    ),
  )
  const height = phone ? 64 : dense ? 28 : 36
  const title = titleColumn(entity, columns)
  const total = rows.rows.length + (rows.hasMore ? 12 : 0)
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => frame.current,
    estimateSize: () => height,
    overscan: 12,
    scrollPaddingStart: phone ? 0 : 36,
    initialOffset: at > 8 ? (at - 4) * height : 0,
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  const wantsMore = rows.hasMore && !rows.loadingMore && !rows.problem && last >= rows.rows.length - 40
  const { more } = rows
  // Asking for the page that comes into sight is talking to the outside: an effect, for once.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `more` is new at every drawing; whether more is wanted decides
  useEffect(() => {
    if (wantsMore) more()
  }, [wantsMore, rows.rows.length])

  const env = dictionary.environment.name
  const move = (by: number) => {
    const next = Math.min(Math.max(at + by, 0), rows.rows.length - 1)
    setAt(next)
    virtual.scrollToIndex(next)
    const id = rows.rows[next]?.id
    requestAnimationFrame(() =>
      frame.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id ?? '')}"] a`)?.focus(),
    )
  }
  const open = () => {
    const row = rows.rows[at]
    const focused = document.activeElement
    const elsewhere = focused && focused !== document.body && !frame.current?.contains(focused)
    if (!row || elsewhere) return
    void navigate({ to: '/e/$env/$collection/$id', params: { env, collection: entity.collection, id: row.id } })
  }
  const down = () => move(document.activeElement?.closest('[data-id]') ? 1 : 0)
  const up = () => move(-1)
  useShortcuts(compact ? {} : { j: down, k: up, Enter: open })

  const template = columns
    .map((column) => (column === title ? `minmax(${column.width}px, 1fr)` : `${column.width}px`))
    .join(' ')
  const width = columns.reduce((sum, column) => sum + column.width, 0)
  const variables = {
    '--columns': template,
    '--table-width': `${width}px`,
    '--row-height': `${height}px`,
  } as CSSProperties
  return (
    <div
      ref={frame}
      className={styles.frame}
      data-compact={compact || undefined}
      data-phone={phone || undefined}
      data-outdated={rows.outdated || undefined}
      style={variables}
      role="table"
      aria-label={label}
      aria-rowcount={rows.hasMore ? -1 : rows.rows.length + 1}
      aria-colcount={columns.length}
      aria-busy={rows.loading || rows.outdated}
    >
      <div role="rowgroup" className={phone ? 'hidden-text' : styles.head}>
        <div role="row" className={styles.headRow} aria-rowindex={1}>
          {columns.map((column) => (
            <ColumnHead
              key={column.path}
              column={column}
              first={column === columns[0]}
              sort={sort}
              onSort={phone ? undefined : onSort}
              onResize={phone ? undefined : onResize}
            />
          ))}
        </div>
      </div>
      {rows.loading ? (
        <Skeleton columns={columns} label={t('list.loading')} phone={phone} />
      ) : (
        <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows.rows[item.index]
            return (
              <div
                key={row?.id ?? `later-${item.index}`}
                role="row"
                aria-rowindex={item.index + 2}
                className={styles.row}
                data-id={row?.id}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {row ? (
                  phone ? (
                    <Card row={row} entity={entity} columns={columns} title={title} />
                  ) : (
                    <Cells
                      row={row}
                      entity={entity}
                      columns={columns}
                      title={title}
                      active={item.index === at}
                      onFocus={() => setAt(item.index)}
                    />
                  )
                ) : (
                  <span role="cell" className={styles.cell}>
                    <Bar width="60%" />
                  </span>
                )}
              </div>
            )
          })}
        </div>
      )}
    </div>
  )
}

interface RowProps {
  row: RecordData
  entity: Entity
  columns: Column[]
  title: Column | undefined
}

function Cells({ row, entity, columns, title, active, onFocus }: RowProps & { active: boolean; onFocus(): void }) {
  const { dictionary } = useSurroundings()
  const { t } = useTranslation()
  const name = titleOf(row)
  return columns.map((column, position) => {
    const value = column.read(row)
    const shown =
      value === null ? null : (
        <column.ui.Cell field={column.field} value={value} record={row} collection={entity.collection} />
      )
    return (
      <span
        key={column.path}
        role="cell"
        className={styles.cell}
        data-align={column.ui.align}
        data-first={position === 0 || undefined}
        data-title={column === title || undefined}
      >
        {column === title ? (
          <Link
            to="/e/$env/$collection/$id"
            params={{ env: dictionary.environment.name, collection: entity.collection, id: row.id }}
            className={styles.link}
            tabIndex={active ? 0 : -1}
            onFocus={onFocus}
            aria-label={shown ? undefined : name || t('list.unnamed')}
          >
            {shown ?? <span className="quiet">{name || t('list.unnamed')}</span>}
          </Link>
        ) : (
          // Words by themselves would be cut without a sign of it.
          shown && <span>{shown}</span>
        )}
      </span>
    )
  })
}

/** Marks and ticks without their column's name would say nothing. */
const inCardOnlyAsState = ['choice', 'choices', 'boolean', 'integer', 'decimal']

/** A row on a phone: its name, what is beside it, its state at the end. */
function Card({ row, entity, columns, title }: RowProps) {
  const { dictionary } = useSurroundings()
  const { t } = useTranslation()
  const others = columns.filter((column) => column !== title)
  const state = others.find((column) => column.field.type === 'choice')
  const beside = others.filter((column) => !inCardOnlyAsState.includes(column.field.type))
  const value = (column: Column) => {
    const held = column.read(row)
    return held === null ? null : (
      <column.ui.Cell key={column.path} field={column.field} value={held} record={row} collection={entity.collection} />
    )
  }
  const shown = beside.map((column) => ({ path: column.path, cell: value(column) })).filter(({ cell }) => cell !== null)
  return (
    <span role="cell" className={styles.card}>
      <Link
        to="/e/$env/$collection/$id"
        params={{ env: dictionary.environment.name, collection: entity.collection, id: row.id }}
        className={styles.cardTitle}
      >
        {(title && value(title)) ?? (titleOf(row) || t('list.unnamed'))}
      </Link>
      <span className={styles.cardState}>{state && value(state)}</span>
      <span className={styles.cardBeside}>
        {shown.slice(0, 3).map(({ path, cell }) => (
          <span key={path}>{cell}</span>
        ))}
      </span>
      <Icon name="chevron-right" size={16} className={styles.cardGo} />
    </span>
  )
}

const widths = ['62%', '48%', '71%', '55%', '66%', '44%', '58%', '69%']

function Skeleton({ columns, label, phone }: { columns: Column[]; label: string; phone: boolean | undefined }) {
  return (
    <Late label={label}>
      {widths.map((width, row) => (
        <div key={width} className={styles.skeleton}>
          {columns.slice(0, phone ? 1 : undefined).map((column, position) => (
            <span key={column.path} className={styles.cell} data-align={column.ui.align}>
              <Bar width={widths[(row + position * 3) % widths.length] ?? '50%'} />
            </span>
          ))}
        </div>
      ))}
    </Late>
  )
}
