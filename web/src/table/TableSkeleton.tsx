import { Bar, Late } from '../ui/Late'
import type { Column } from './columns'
import styles from './RecordTable.module.css'

const widths = ['62%', '48%', '71%', '55%', '66%', '44%', '58%', '69%']

/** Rows to come, of the shape they will have. */
export function TableSkeleton(props: {
  columns: Column[]
  label: string
  phone: boolean | undefined
  /** A column to choose rows in comes first. */
  checks: boolean
}) {
  const { columns, label, phone, checks } = props
  return (
    <Late label={label}>
      {widths.map((width, row) => (
        <div key={width} className={styles.skeleton}>
          {checks && !phone && <span />}
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
