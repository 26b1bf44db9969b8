import type { KeyboardEvent, PointerEvent } from 'react'
import type { Entity } from '../../api/types'
import type { Look } from '../look'
import { Event } from '../time/Event'
import type { Happening } from '../time/happenings'
import { weekday } from '../time/wall'
import { touchedDays } from '../time/words'
import styles from './Timeline.module.css'
import type { Row } from './useTimelineRows'

export interface RowProps {
  row: Row
  happenings: Happening[]
  entity: Entity
  look: Look
  changes: ReadonlyMap<string, string>
  today: string
  movable: boolean
  dragged: string | null
  planned: { from: string; to: string } | null
  onPress(event: PointerEvent, happening: Happening, day: string, end?: boolean): void
  onKeyDown(event: KeyboardEvent, happening: Happening, row: Row): void
}

/** The days of a row, each with what happens on it. */
export function DaysRow({ days, over, ...props }: RowProps & { days: string[]; over: string | null }) {
  const { row, happenings, entity, look, changes, today, movable, dragged, onPress, onKeyDown } = props
  return days.map((day) => {
    const target = `${row.id} ${day}`
    const own = happenings
      .filter((one) => touchedDays(one.from, one.to).includes(day))
      .sort((a, b) => Number(b.wholeDays) - Number(a.wholeDays) || a.from.localeCompare(b.from))
    return (
      <div
        key={day}
        className={styles.cell}
        data-drop={target}
        data-today={day === today || undefined}
        data-rest={weekday(day) > 5 || undefined}
        data-over={over === target || undefined}
      >
        {own.map((one) => (
          <Event
            key={one.key}
            entity={entity}
            happening={one}
            look={look}
            lines={days.length > 7 ? 0 : 1}
            timed
            movable={movable}
            changedBy={changes.get(one.record.id)}
            dragged={dragged === one.key}
            onPress={(event) => onPress(event, one, day)}
            // Its end is on the last of its days.
            onPressEnd={
              touchedDays(one.from, one.to).at(-1) === day ? (event) => onPress(event, one, day, true) : undefined
            }
            endsSideways
            onKeyDown={(event) => onKeyDown(event, one, row)}
          />
        ))}
      </div>
    )
  })
}
