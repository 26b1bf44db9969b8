import { UnstyledButton } from '@mantine/core'
import type { Entity, RecordData } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { effective, fieldOf } from '../../dictionary/model'
import { fieldUi } from '../../fields/registry'
import styles from './Tiles.module.css'

/** What one wants to know of a record before reading it; a click leads to where it comes from. */
export function Tiles({ entity, record, open }: { entity: Entity; record: RecordData; open(tab: string): void }) {
  const { label } = useSurroundings()
  const tiles = entity.form.tiles.flatMap(({ field: name, tab }) => {
    const found = fieldOf(entity, name)
    return found ? [{ field: effective(found), name: label(found.label), tab }] : []
  })
  if (tiles.length === 0) return null
  return (
    <ul className={styles.tiles}>
      {tiles.map(({ field, name, tab }) => {
        const ui = fieldUi(field)
        const value = ui.read(record, field)
        const shown = (
          <>
            <span className={styles.name}>{name}</span>
            <span className={`${styles.value} figures`}>
              {value === null ? (
                <span className="quiet">–</span>
              ) : (
                <ui.Cell field={field} value={value} record={record} />
              )}
            </span>
          </>
        )
        return (
          <li key={field.name}>
            {tab ? (
              <UnstyledButton className={styles.tile} onClick={() => open(tab)}>
                {shown}
              </UnstyledButton>
            ) : (
              <span className={styles.tile}>{shown}</span>
            )}
          </li>
        )
      })}
    </ul>
  )
}
