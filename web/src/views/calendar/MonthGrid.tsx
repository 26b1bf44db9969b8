import type { KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { IconAction } from '../../ui/IconAction'
import { Event } from '../time/Event'
import type { Happening } from '../time/happenings'
import { addMinutes, minutesADay, minutesBetween } from '../time/wall'
import { dayInFull, touchedDays, weekdayWord } from '../time/words'
import { usePointerDrag } from '../usePointerDrag'
import styles from './MonthGrid.module.css'
import type { Shown } from './shown'

interface Props extends Shown {
  days: string[]
  /** `2026-11`: days of other months are paler; `null` in a week. */
  month: string | null
  phone: boolean
}

/** Weeks beneath each other, each day with what happens on it. */
export function MonthGrid(props: Props) {
  const { entity, look, happenings, days, month, phone, changes, today, movable, onMove, onCreate, onDay } = props
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const room = month === null ? 100 : 4
  const { drag, press } = usePointerDrag<{ happening: Happening; day: string }>({
    onDrop: ({ what, over }) => {
      const day = over?.dataset.drop
      if (day) shift(what.happening, minutesBetween(`${what.day}T00:00`, `${day}T00:00`))
    },
  })
  const shift = (happening: Happening, minutes: number) =>
    onMove(happening, addMinutes(happening.from, minutes), addMinutes(happening.to, minutes))
  const keyMove = (event: KeyboardEvent, happening: Happening) => {
    const way = { ArrowUp: -7, ArrowDown: 7, ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!way || !event.shiftKey || !movable) return
    event.preventDefault()
    shift(happening, way * minutesADay)
  }
  const byDay = new Map<string, Happening[]>()
  for (const happening of happenings) {
    for (const day of touchedDays(happening.from, happening.to)) {
      byDay.set(day, [...(byDay.get(day) ?? []), happening])
    }
  }
  return (
    <div className={styles.frame} data-scroll data-week={month === null || undefined} data-phone={phone || undefined}>
      <div className={styles.weekdays} aria-hidden="true">
        {days.slice(0, 7).map((day) => (
          <span key={day}>{weekdayWord(day, manner)}</span>
        ))}
      </div>
      <ul className={styles.days}>
        {days.map((day) => {
          const own = (byDay.get(day) ?? []).sort(
            (a, b) => Number(b.wholeDays) - Number(a.wholeDays) || a.from.localeCompare(b.from),
          )
          const shown = own.length > room ? own.slice(0, room - 1) : own
          return (
            <li
              key={day}
              className={styles.day}
              data-drop={day}
              data-other={(month !== null && !day.startsWith(month)) || undefined}
              data-today={day === today || undefined}
              data-over={drag?.over?.dataset.drop === day || undefined}
            >
              <div className={styles.head}>
                <button
                  type="button"
                  className={styles.number}
                  aria-label={t('view.dayWith', { day: dayInFull(day, manner), count: own.length })}
                  aria-current={day === today ? 'date' : undefined}
                  onClick={() => onDay(day)}
                >
                  {Number(day.slice(8))}
                </button>
                {phone && own.length > 0 && (
                  <span className={styles.dots} aria-hidden="true">
                    {own.slice(0, 3).map((one) => (
                      <i key={one.key} style={{ background: look.colour(one.record) ?? 'var(--pastel)' }} />
                    ))}
                    {own.length > 3 && <small>+{own.length - 3}</small>}
                  </span>
                )}
                {onCreate && !phone && (
                  <IconAction
                    icon="plus"
                    size={24}
                    className={styles.add}
                    label={t('view.createOn', { day: dayInFull(day, manner) })}
                    onClick={() => onCreate(`${day}T09:00`, `${day}T10:00`)}
                  />
                )}
              </div>
              {!phone &&
                shown.map((one) => (
                  <Event
                    key={one.key}
                    entity={entity}
                    happening={one}
                    look={look}
                    lines={month === null ? 2 : 0}
                    timed
                    movable={movable}
                    changedBy={changes.get(one.record.id)}
                    dragged={drag?.what.happening.key === one.key}
                    onPress={(event) => press(event, { happening: one, day })}
                    onKeyDown={(event) => keyMove(event, one)}
                  />
                ))}
              {!phone && own.length > shown.length && (
                <button type="button" className={styles.more} onClick={() => onDay(day)}>
                  {t('view.moreCards', { count: own.length - shown.length, shown: own.length - shown.length })}
                </button>
              )}
            </li>
          )
        })}
      </ul>
    </div>
  )
}
