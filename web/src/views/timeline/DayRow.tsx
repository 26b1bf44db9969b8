import { Event } from '../time/Event'
import { sideBySide } from '../time/overlap'
import { minutesBetween } from '../time/wall'
import type { RowProps } from './DaysRow'
import styles from './Timeline.module.css'

const laneHeight = 30

/** A row's day, hour by hour from left to right; what overlaps stands beneath. */
export function DayRow({ day, hours, ...props }: RowProps & { day: string; hours: { from: number; to: number } }) {
  const { row, happenings, entity, look, changes, today, movable, dragged, planned, onPress, onKeyDown } = props
  const placed = sideBySide(happenings)
  const lanes = Math.max(1, ...placed.map((one) => one.lanes))
  const length = hours.to - hours.from
  const at = (moment: string) => {
    const minutes = minutesBetween(`${day}T00:00`, moment)
    return (Math.min(Math.max(minutes, hours.from), hours.to) - hours.from) / length
  }
  const style = (from: string, to: string) => ({
    left: `${at(from) * 100}%`,
    width: `max(28px, ${(at(to) - at(from)) * 100}%)`,
  })
  return (
    <div
      className={styles.day}
      data-drop={`${row.id} ${day}`}
      data-today={day === today || undefined}
      style={{ minHeight: lanes * laneHeight + 8 }}
    >
      {hoursOf(hours).map((hour) => (
        <i key={hour} className={styles.hourLine} style={{ left: `${((hour - hours.from) / length) * 100}%` }} />
      ))}
      {placed.map(({ happening: one, lane }) => (
        <Event
          key={one.key}
          entity={entity}
          happening={one}
          look={look}
          lines={0}
          timed
          movable={movable}
          changedBy={changes.get(one.record.id)}
          dragged={dragged === one.key}
          style={{
            position: 'absolute',
            top: lane * laneHeight + 4,
            height: laneHeight - 4,
            ...style(one.from, one.to),
          }}
          onPress={(event) => onPress(event, one, day)}
          onPressEnd={(event) => onPress(event, one, day, true)}
          endsSideways
          onKeyDown={(event) => onKeyDown(event, one, row)}
        />
      ))}
      {planned && (
        <div className={styles.planned} style={style(planned.from, planned.to)}>
          <span className="figures">{planned.from.slice(11)}</span>
        </div>
      )}
    </div>
  )
}

function hoursOf({ from, to }: { from: number; to: number }): number[] {
  const first = Math.ceil((from + 1) / 60) * 60
  return Array.from({ length: Math.ceil((to - first) / 60) }, (_, position) => first + position * 60)
}
