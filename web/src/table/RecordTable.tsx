import { useMediaQuery } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type CSSProperties,
  lazy,
  type MouseEvent,
  type ReactNode,
  Suspense,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity, RecordData } from '../api/types'
import { patiently } from '../app/patiently'
import { useSurroundings } from '../dictionary/context'
import { Bar } from '../ui/Late'
import { useShortcuts } from '../ui/shortcuts'
import { ColumnHead } from './ColumnHead'
import { type Column, titleColumn } from './columns'
import { groupedLines, heldAt, inPlace, type Line, layoutOf, type TableGroup } from './layout'
import styles from './RecordTable.module.css'
import { RowCard } from './RowCard'
import { type RowActions, RowCells } from './RowCells'
import { TableSkeleton } from './TableSkeleton'
import type { Rows } from './useRows'
import type { Selection } from './useSelection'

// Typing in a cell needs every kind of input: fetched when somebody does.
const CellEditor = lazy(() => patiently(() => import('./CellEditor')))

/** Groups that rows are shown in. */
export interface Grouped<Group extends TableGroup> {
  groups: Group[]
  keyOf(row: RecordData): string
  /** What the head of a group says. */
  head(group: Group): ReactNode
}

/** Values changed where they stand. */
export interface Editing {
  may(column: Column): boolean
  save(row: RecordData, column: Column, value: unknown): void
}

interface Props<Group extends TableGroup> {
  entity: Entity
  columns: Column[]
  rows: Rows
  /** `name`, `-created_at`: criteria of the sort, as paths of columns. */
  sort?: string[] | undefined
  onSort?: ((path: string, adding: boolean) => void) | undefined
  onResize?: ((path: string, width: number) => void) | undefined
  label: string
  /** Row that the keyboard is on when the table opens. */
  startAt?: string | undefined
  /** As tall as its rows, up to a few: inside a record. */
  compact?: boolean
  selection?: Selection | undefined
  editing?: Editing | undefined
  grouped?: Grouped<Group> | undefined
  /** Row shown beside the table, and how another is: with the space bar, and as the keyboard moves while one is. */
  shown?: string | undefined
  onShow?: ((id: string | undefined) => void) | undefined
  /** Stands beneath the rows, one element for each column. */
  foot?: ((column: Column) => ReactNode) | undefined
}

/** Records as rows, only those in sight being drawn. A row is a link; `j` and `k` move between them, arrows between cells. */
export function RecordTable<Group extends TableGroup = TableGroup>(props: Props<Group>) {
  const { entity, rows, onSort, onResize, label, startAt, compact, selection, editing, grouped, shown, onShow } = props
  const { t } = useTranslation()
  const { dictionary, preferences } = useSurroundings()
  const navigate = useNavigate()
  const frame = useRef<HTMLDivElement>(null)
  const phone = useMediaQuery('(max-width: 640px)', false, { getInitialValueInEffect: false })
  const dense = preferences.density === 'dense'
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      rows.rows.findIndex((row) => row.id === startAt),
    ),
  )
  const [cell, setCell] = useState<number | null>(null)
  const [edited, setEdited] = useState<{ id: string; path: string } | null>(null)
  const checks = selection !== undefined
  const { columns, title, layout, editable } = useMemo(() => {
    const placed = inPlace(props.columns)
    const named = titleColumn(entity, placed)
    return {
      columns: placed,
      title: named,
      layout: layoutOf(placed, named, checks),
      editable: new Set(
        editing && !phone ? placed.filter((column) => editing.may(column)).map(({ path }) => path) : [],
      ),
    }
  }, [props.columns, entity, checks, editing, phone])
  const height = phone ? 64 : dense ? 28 : 36
  const headHeight = phone ? 0 : 36
  const groups = grouped?.groups
  // Not made anew while one scrolls.
  // biome-ignore lint/correctness/useExhaustiveDependencies: how rows are told apart changes with the groups
  const lines = useMemo(
    () => (groups && grouped ? groupedLines(groups, rows.rows, grouped.keyOf, rows.hasMore) : null),
    [groups, rows.rows, rows.hasMore],
  )
  const lineAt = (index: number): Line =>
    lines ? (lines[index] ?? null) : index < rows.rows.length ? { row: index } : null
  const count = lines?.length ?? rows.rows.length
  // Rows out of sight are drawn ahead of whoever scrolls, not of whoever only comes to look.
  const [scrolled, setScrolled] = useState(false)
  const [aside, setAside] = useState(false)
  const virtual = useVirtualizer({
    count: count + (rows.hasMore ? 12 : 0),
    getScrollElement: () => frame.current,
    estimateSize: () => height,
    overscan: scrolled ? 12 : 4,
    onChange: ({ isScrolling }) => isScrolling && setScrolled(true),
    scrollPaddingStart: headHeight,
    scrollPaddingEnd: props.foot ? 36 : 0,
    initialOffset: at > 8 && !lines ? (at - 4) * height : 0,
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  const wantsMore = rows.hasMore && !rows.loadingMore && !rows.problem && last >= count - 40
  const { more } = rows
  // Asking for the page that comes into sight is talking to the outside: an effect, for once.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `more` is new at every drawing; whether more is wanted decides
  useEffect(() => {
    if (wantsMore) more()
  }, [wantsMore, rows.rows.length])

  const env = dictionary.environment.name
  const focusRow = (position: number) => {
    const id = rows.rows[position]?.id ?? ''
    requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"] a`)?.focus())
  }
  const move = (by: number) => {
    const next = Math.min(Math.max(at + by, 0), rows.rows.length - 1)
    setAt(next)
    virtual.scrollToIndex(lines ? lines.findIndex((line) => line !== null && 'row' in line && line.row === next) : next)
    focusRow(next)
    if (shown !== undefined) onShow?.(rows.rows[next]?.id)
  }
  const goTo = (id: string) =>
    void navigate({ to: '/e/$env/$collection/$id', params: { env, collection: entity.collection, id } })
  const row = rows.rows[at]
  /** Whether keys are the rows': nothing has the focus, or something in the table that has no use of its own for them. */
  const ours = () => {
    const focused = document.activeElement
    if (!focused || focused === document.body) return true
    return frame.current?.contains(focused) === true && !focused.matches('button, input')
  }
  const edit = (path: string | undefined) => {
    if (!row || !path || !editable.has(path)) return false
    setEdited({ id: row.id, path })
    return true
  }
  const enter = () => {
    if (!row || !ours()) return false
    const column = cell === null ? undefined : columns[cell]
    if (!column || column === title || !edit(column.path)) goTo(row.id)
    return true
  }
  const besides = (by: number) => {
    if (!ours() || document.activeElement === document.body) return false
    const from = cell ?? (title ? columns.indexOf(title) : 0)
    const next = Math.min(Math.max(from + by, 0), columns.length - 1)
    setCell(next)
    requestAnimationFrame(() =>
      frame.current?.querySelector('[data-at]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }),
    )
    return true
  }
  const down = () => move(document.activeElement?.closest('[data-id]') ? 1 : 0)
  const choose = () => {
    if (!row || !ours()) return false
    selection?.toggle(at, false)
    return true
  }
  const look = () => {
    if (!row || !ours()) return false
    onShow?.(shown === row.id ? undefined : row.id)
    return true
  }
  const firstEditable = () => columns.find(({ path }) => editable.has(path))?.path
  const keys = {
    j: down,
    k: () => move(-1),
    ArrowDown: () => ours() && down(),
    ArrowUp: () => ours() && move(-1),
    Enter: enter,
    ...(phone ? {} : { ArrowRight: () => besides(1), ArrowLeft: () => besides(-1) }),
    ...(editable.size ? { F2: () => ours() && edit(cell === null ? firstEditable() : columns[cell]?.path) } : {}),
    ...(selection ? { x: choose } : {}),
    ...(onShow ? { ' ': look } : {}),
  }
  useShortcuts(compact ? {} : keys)

  /** After a cell: the next one that can be edited, in this row. */
  const leave = (by: -1 | 0 | 1) => {
    if (!edited) return
    const ways = columns.filter(({ path }) => editable.has(path)).map(({ path }) => path)
    const next = by ? ways[ways.indexOf(edited.path) + by] : undefined
    setEdited(next ? { id: edited.id, path: next } : null)
    if (next) setCell(columns.findIndex(({ path }) => path === next))
    else focusRow(at)
  }
  const pressRow = (event: MouseEvent, id: string) => {
    const target = event.target as Element
    if (phone || edited?.id === id || target.closest('a, button, input, label, [data-edited]')) return
    if (event.ctrlKey || event.metaKey) window.open(`/e/${env}/${entity.collection}/${id}`, '_blank', 'noopener')
    else goTo(id)
  }

  const does = {
    focus: setAt,
    toggle: (position: number, through: boolean) => selection?.toggle(position, through),
    edit: (position: number, path: string) => {
      const found = rows.rows[position]
      setAt(position)
      setCell(columns.findIndex((other) => other.path === path))
      if (found) setEdited({ id: found.id, path })
    },
  }
  const latest = useRef(does)
  latest.current = does
  const [actions] = useState<RowActions>(() => ({
    focus: (position) => latest.current.focus(position),
    toggle: (position, through) => latest.current.toggle(position, through),
    edit: (position, path) => latest.current.edit(position, path),
  }))

  const variables = {
    '--columns': layout.template,
    '--table-width': `${layout.width}px`,
    '--row-height': `${height}px`,
  } as CSSProperties
  const allChosen = selection && rows.rows.length > 0 && rows.rows.every((one) => selection.has(one.id))
  return (
    <div
      ref={frame}
      className={styles.frame}
      data-compact={compact || undefined}
      data-phone={phone || undefined}
      data-outdated={rows.outdated || undefined}
      data-aside={aside || undefined}
      onScroll={(event) => setAside(event.currentTarget.scrollLeft !== 0)}
      style={variables}
      role="table"
      aria-label={label}
      aria-rowcount={rows.hasMore ? -1 : count + 1}
      aria-colcount={columns.length + (selection ? 1 : 0)}
      aria-busy={rows.loading || rows.outdated}
    >
      <div role="rowgroup" className={phone ? 'hidden-text' : styles.head}>
        <div role="row" className={styles.headRow} aria-rowindex={1}>
          {selection && !phone && (
            <span role="columnheader" className={styles.check} data-held>
              <input
                type="checkbox"
                aria-label={t('list.chooseShown')}
                checked={allChosen ?? false}
                ref={(input) => {
                  if (input) input.indeterminate = !allChosen && selection.ids.size > 0
                }}
                onChange={selection.toggleShown}
              />
            </span>
          )}
          {columns.map((column, position) => (
            <ColumnHead
              key={column.path}
              column={column}
              first={position === 0}
              held={heldAt(layout.left[position])}
              sort={props.sort ?? []}
              onSort={phone ? undefined : onSort}
              onResize={phone ? undefined : onResize}
            />
          ))}
        </div>
      </div>
      {rows.loading ? (
        <TableSkeleton columns={columns} label={t('list.loading')} phone={phone} checks={selection !== undefined} />
      ) : (
        <div
          role="rowgroup"
          className={styles.body}
          data-moving={virtual.isScrolling || undefined}
          style={{ height: virtual.getTotalSize() }}
        >
          {items.map((item) => {
            const line = lineAt(item.index)
            const style = { transform: `translateY(${item.start}px)` }
            if (line && 'group' in line && grouped) {
              const group = grouped.groups[line.group]
              return (
                <div
                  key={`group-${group?.key}`}
                  role="row"
                  aria-rowindex={item.index + 2}
                  className={styles.groupRow}
                  style={style}
                >
                  <span role="cell" aria-colspan={columns.length} className={styles.groupCell}>
                    {group && grouped.head(group)}
                  </span>
                </div>
              )
            }
            const position = line && 'row' in line ? line.row : -1
            const one = rows.rows[position]
            if (!one)
              return (
                <div
                  key={`later-${item.index}`}
                  role="row"
                  aria-rowindex={item.index + 2}
                  className={styles.row}
                  style={style}
                >
                  <span role="cell" className={styles.cell}>
                    <Bar width="60%" />
                  </span>
                </div>
              )
            const column = edited?.id === one.id ? columns.find(({ path }) => path === edited.path) : undefined
            const rule = entity.list.colours.find(({ name }) => name === one['@tisserand.colour'])
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the row's link takes the keys; pressing beside it is the same
              <div
                key={one.id}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={selection ? selection.has(one.id) : undefined}
                className={styles.row}
                data-id={one.id}
                data-colour={rule?.colour}
                data-chosen={selection?.has(one.id) || undefined}
                data-shown={shown === one.id || undefined}
                data-editing={column ? true : undefined}
                style={style}
                onClick={(event) => pressRow(event, one.id)}
              >
                {phone ? (
                  <RowCard row={one} entity={entity} columns={columns} title={title} />
                ) : (
                  <RowCells
                    row={one}
                    position={position}
                    entity={entity}
                    columns={columns}
                    title={title}
                    active={position === at}
                    cell={position === at ? cell : null}
                    left={layout.left}
                    actions={actions}
                    chosen={selection?.has(one.id)}
                    editable={editable}
                    editor={
                      column && editing
                        ? {
                            path: column.path,
                            element: (
                              <Suspense fallback={null}>
                                <CellEditor
                                  key={column.path}
                                  column={column}
                                  row={one}
                                  collection={entity.collection}
                                  onSave={(value) => editing.save(one, column, value)}
                                  onLeave={leave}
                                />
                              </Suspense>
                            ),
                          }
                        : null
                    }
                  />
                )}
              </div>
            )
          })}
        </div>
      )}
      {props.foot && !phone && !rows.loading && (
        <div role="rowgroup" className={styles.foot}>
          <div role="row" className={styles.footRow}>
            {selection && <span role="cell" className={styles.check} data-held />}
            {columns.map((column, position) => (
              <span
                key={column.path}
                role="cell"
                className={styles.cell}
                data-align={column.ui.align}
                data-first={position === 0 || undefined}
                data-held={layout.left[position] !== null || undefined}
                style={heldAt(layout.left[position])}
              >
                {props.foot?.(column)}
              </span>
            ))}
          </div>
        </div>
      )}
    </div>
  )
}
