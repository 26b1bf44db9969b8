import { useSurroundings } from '../../dictionary/context'
import { effective } from '../../dictionary/model'
import { fieldUi } from '../registry'
import type { ValueProps } from '../types'
import { lineFields } from './columns'
import styles from './lines.module.css'
import type { Line } from './value'

/** Lines as a plain table. */
export function LinesTable({ field, value }: ValueProps<Line[]>) {
  const { dictionary, label } = useSurroundings()
  const of = lineFields(dictionary, field)
  if (!of) return null
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            {of.fields.map((one) => (
              <th key={one.name} scope="col" data-align={fieldUi(one).align}>
                {label(one.label)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {value.map((line) => (
            <tr key={line.key}>
              {of.fields.map((one) => {
                const ui = fieldUi(one)
                const held = ui.read(line.data, one)
                return (
                  <td key={one.name} data-align={ui.align}>
                    {held === null ? null : <ui.Cell field={effective(one)} value={held} />}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
