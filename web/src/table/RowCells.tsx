import { memo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity, RecordData } from '../api/types'
import { useFollow } from '../app/follow'
import { useSurroundings } from '../dictionary/context'
import { titleOf } from '../dictionary/model'
import { Icon } from '../icons/Icon'
import type { Column } from './columns'
import { heldAt } from './layout'
import styles from './RecordTable.module.css'

export interface RowProps {
  row: RecordData
  entity: Entity
  columns: Column[]
  title: Column | undefined
}

/** What is done in a row, by its place among those read. The same object at every drawing, so that rows that did not change are not drawn. */
export interface RowActions {
  focus(position: number): void
  toggle(position: number, through: boolean): void
  edit(position: number, path: string): void
}

interface CellsProps extends RowProps {
  position: number
  /** The keyboard is on this row. */
  active: boolean
  /** Column that the keyboard is on, in this row. */
  cell: number | null
  left: (number | null)[]
  actions: RowActions
  /** Whether the row is chosen; absent where none can be. */
  chosen: boolean | undefined
  /** Columns that may be changed here, by path. */
  editable: ReadonlySet<string>
  /** What stands in place of a cell while it is edited. */
  editor: { path: string; element: React.ReactNode } | null
}

/** The cells of a row. The title is the link of the whole row; what can be changed in place shows it under the pointer. */
export const RowCells = memo(function RowCells(props: CellsProps) {
  const { row, entity, columns, title, active, left, chosen, editor, editable, actions, position: at, cell } = props
  const { dictionary, label } = useSurroundings()
  const { t } = useTranslation()
  // Drawn for the row that somebody comes to, not a hundred times with the list.
  const [met, setMet] = useState(false)
  const meet = () => setMet(true)
  const follow = useFollow()
  const href = `/e/${dictionary.environment.name}/${entity.collection}/${row.id}`
  const name = titleOf(row) || t('list.unnamed')
  const mark = entity.list.colours.find((rule) => rule.name === row['@tisserand.colour'])
  const cells = columns.map((column, position) => {
    const value = column.read(row)
    const shown =
      value === null ? null : (
        <column.ui.Cell field={column.field} value={value} record={row} collection={entity.collection} />
      )
    const edited = editor?.path === column.path
    return (
      <span
        key={column.path}
        role="cell"
        className={styles.cell}
        data-align={column.ui.align}
        data-first={position === 0 || undefined}
        data-held={left[position] !== null || undefined}
        data-title={column === title || undefined}
        data-at={cell === position || undefined}
        data-editable={editable.has(column.path) || undefined}
        data-edited={edited || undefined}
        style={heldAt(left[position])}
        onPointerEnter={meet}
      >
        {edited ? (
          editor.element
        ) : column === title ? (
          <a
            href={href}
            onClick={(event) => follow(event, href)}
            className={styles.link}
            tabIndex={active ? 0 : -1}
            onFocus={() => actions.focus(at)}
            aria-label={shown ? undefined : name}
          >
            {shown ?? <span className="quiet">{name}</span>}
          </a>
        ) : (
          // Words by themselves would be cut without a sign of it.
          shown && <span>{shown}</span>
        )}
        {/* A colour never says anything by itself. */}
        {!edited && column === title && mark && (
          <small className={styles.mark} title={label(mark.label)}>
            {label(mark.label)}
          </small>
        )}
        {(met || active) && !edited && editable.has(column.path) && (
          <button
            type="button"
            tabIndex={-1}
            className={styles.pencil}
            aria-label={t('list.editCell', { column: column.label, name })}
            onClick={() => actions.edit(at, column.path)}
          >
            <Icon name="pencil" size={14} />
          </button>
        )}
      </span>
    )
  })
  if (chosen === undefined) return cells
  return [
    <span key="check" role="cell" className={styles.check} data-held>
      <input
        type="checkbox"
        aria-label={t('list.choose', { name })}
        checked={chosen}
        tabIndex={active ? 0 : -1}
        onFocus={() => actions.focus(at)}
        onChange={(event) => actions.toggle(at, (event.nativeEvent as MouseEvent).shiftKey)}
      />
    </span>,
    ...cells,
  ]
})
