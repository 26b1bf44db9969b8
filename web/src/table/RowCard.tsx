import { useTranslation } from 'react-i18next'
import { useFollow } from '../app/follow'
import { useSurroundings } from '../dictionary/context'
import { titleOf } from '../dictionary/model'
import { Icon } from '../icons/Icon'
import type { Column } from './columns'
import styles from './RecordTable.module.css'
import type { RowProps } from './RowCells'

/** Marks and ticks without their column's name would say nothing. */
const inCardOnlyAsState = ['choice', 'choices', 'boolean', 'integer', 'decimal']

/** A row on a phone: its name, what is beside it, its state at the end. */
export function RowCard({ row, entity, columns, title }: RowProps) {
  const { dictionary, label } = useSurroundings()
  const { t } = useTranslation()
  const follow = useFollow()
  const href = `/e/${dictionary.environment.name}/${entity.collection}/${row.id}`
  const mark = entity.list.colours.find((rule) => rule.name === row['@tisserand.colour'])
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
      <a href={href} onClick={(event) => follow(event, href)} className={styles.cardTitle}>
        {(title && value(title)) ?? (titleOf(row) || t('list.unnamed'))}
      </a>
      <span className={styles.cardState}>{state && value(state)}</span>
      <span className={styles.cardBeside}>
        {mark && <span className={styles.mark}>{label(mark.label)}</span>}
        {shown.slice(0, 3).map(({ path, cell }) => (
          <span key={path}>{cell}</span>
        ))}
      </span>
      <Icon name="chevron-right" size={16} className={styles.cardGo} />
    </span>
  )
}
