import {
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import type { ReferenceValue } from '../../fields/reference/reference'
import { localOf } from '../../format/dates'
import { now } from '../../format/now'
import { IconAction } from '../../ui/IconAction'
import type { ViewProps } from '../kinds'
import { Event } from '../time/Event'
import type { Happening } from '../time/happenings'
import { sideBySide } from '../time/overlap'
import {
  addDays,
  addMinutes,
  clockMinutes,
  minutesADay,
  minutesBetween,
  minutesOf,
  momentAt,
  snapped,
} from '../time/wall'
import { dayHead, dayInFull, touchedDays } from '../time/words'
import { type Dragging, usePointerDrag } from '../usePointerDrag'
import styles from './HoursGrid.module.css'
import type { Shown } from './shown'

/** A column of hours: a day, or a person's day. */
export interface HoursColumn {
  key: string
  day: string
  /** `null` is nobody's; absent where columns are days. */
  resource: ReferenceValue | null | undefined
  title: string | null
}

interface Props extends Shown {
  columns: HoursColumn[]
  view: ViewProps<'calendar'>['view']
  whoseOf: ((happening: Happening) => ReferenceValue | null) | undefined
}

/** Height of an hour, pixels. */
const hourHeight = 48
const hoursOfDay = Array.from({ length: 23 }, (_, position) => position + 1)

type Taken =
  | { kind: 'move' | 'end'; happening: Happening; grabbed: number; day: string }
  | { kind: 'create'; column: HoursColumn; minutes: number }

/** Days side by side, hour by hour. */
export function HoursGrid(props: Props) {
  const { entity, look, happenings, columns, view, changes, today, movable, whoseOf, onMove, onCreate, onDay } = props
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const scroller = useRef<HTMLElement>(null)
  const opens = clockMinutes(view.day_from)
  // Where the day begins for people, at first; then wherever they scroll.
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = (opens / 60) * hourHeight
  }, [opens])
  const present = usePresent()

  const isIn = (happening: Happening, column: HoursColumn) =>
    touchedDays(happening.from, happening.to).includes(column.day) &&
    (!whoseOf || (whoseOf(happening)?.id ?? null) === (column.resource?.id ?? null))
  const spanOf = (drag: Dragging<Taken>) => plannedSpan(drag, columns, view.step)
  const { drag, press } = usePointerDrag<Taken>({
    onDrop: (dropped) => {
      const span = spanOf(dropped)
      if (!span) return
      if (dropped.what.kind === 'create') onCreate?.(span.from, span.to, span.column.resource)
      else onMove(dropped.what.happening, span.from, span.to, span.column.resource)
    },
  })
  const planned = drag ? spanOf(drag) : null
  const pressEvent = (event: PointerEvent, happening: Happening, column: HoursColumn, kind: 'move' | 'end') => {
    event.stopPropagation()
    const box = event.currentTarget.closest('[data-drop]')?.getBoundingClientRect()
    const at = box ? minutesIn(box, event.clientY) : 0
    const begins = minutesBetween(`${column.day}T00:00`, happening.from)
    press(event, { kind, happening, grabbed: at - begins, day: column.day })
  }
  const keyMove = (event: KeyboardEvent, happening: Happening) => {
    const way = { ArrowUp: -view.step, ArrowDown: view.step, ArrowLeft: -minutesADay, ArrowRight: minutesADay }[
      event.key
    ]
    if (!way || !event.shiftKey || !movable) return
    event.preventDefault()
    const hours = event.key === 'ArrowUp' || event.key === 'ArrowDown'
    if (hours && happening.wholeDays) return
    if (event.altKey && hours) {
      const to = addMinutes(happening.to, way)
      if (to > happening.from) onMove(happening, happening.from, to)
      return
    }
    onMove(happening, addMinutes(happening.from, way), addMinutes(happening.to, way))
  }
  const timed = happenings.filter((one) => !one.wholeDays)
  const whole = happenings.filter((one) => one.wholeDays)
  const style = { '--columns': columns.length, '--hour': `${hourHeight}px` } as CSSProperties
  return (
    <section
      className={styles.frame}
      ref={scroller}
      data-scroll
      style={style}
      aria-label={t('view.hours')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the hours scroll, by the keyboard too
      tabIndex={0}
    >
      <div className={styles.heads}>
        <span className={styles.corner} />
        {columns.map((column) => (
          <div key={column.key} className={styles.head} data-today={column.day === today || undefined}>
            {column.title === null ? (
              <button
                type="button"
                className={styles.day}
                onClick={() => onDay(column.day)}
                aria-label={dayInFull(column.day, manner)}
              >
                {dayHead(column.day, manner)}
              </button>
            ) : (
              <span className={styles.day}>{column.title}</span>
            )}
            {onCreate && (
              <IconAction
                icon="plus"
                size={24}
                className={styles.add}
                label={t('view.createOn', { day: column.title ?? dayInFull(column.day, manner) })}
                onClick={() => onCreate(momentAt(column.day, opens), momentAt(column.day, opens + 60), column.resource)}
              />
            )}
          </div>
        ))}
      </div>
      <div className={styles.whole} data-empty={whole.length === 0 || undefined}>
        <span className={styles.corner}>{whole.length > 0 && t('view.allDay')}</span>
        {columns.map((column) => (
          <div key={column.key} className={styles.wholeDay} data-drop={`whole ${column.key}`}>
            {whole
              .filter((one) => isIn(one, column))
              .map((one) => (
                <Event
                  key={one.key}
                  entity={entity}
                  happening={one}
                  look={look}
                  lines={0}
                  movable={movable}
                  changedBy={changes.get(one.record.id)}
                  dragged={drag?.what.kind !== 'create' && drag?.what.happening.key === one.key}
                  onPress={(event) => pressEvent(event, one, column, 'move')}
                  onKeyDown={(event) => keyMove(event, one)}
                />
              ))}
          </div>
        ))}
      </div>
      <div className={styles.hours}>
        <div className={styles.scale} aria-hidden="true">
          {hoursOfDay.map((hour) => (
            <span key={hour} className="figures" style={{ top: hour * hourHeight }}>
              {String(hour).padStart(2, '0')}:00
            </span>
          ))}
        </div>
        {columns.map((column) => (
          <div
            key={column.key}
            className={styles.column}
            data-drop={column.key}
            data-today={column.day === today || undefined}
            onPointerDown={(event) => {
              if (!onCreate || event.pointerType === 'touch') return
              const minutes = minutesIn(event.currentTarget.getBoundingClientRect(), event.clientY)
              press(event, { kind: 'create', column, minutes })
            }}
          >
            {sideBySide(timed.filter((one) => isIn(one, column)).map((one) => clipped(one, column.day))).map(
              ({ happening: part, lane, lanes, wide }) => {
                const one = timed.find((other) => other.key === part.key) as Happening
                const top = minutesBetween(`${column.day}T00:00`, part.from)
                const length = Math.max(minutesBetween(part.from, part.to), 20)
                return (
                  <Event
                    key={one.key}
                    entity={entity}
                    happening={one}
                    look={look}
                    lines={Math.max(0, Math.floor(((length / 60) * hourHeight - 22) / 17))}
                    timed={wide / lanes > 0.4}
                    movable={movable}
                    changedBy={changes.get(one.record.id)}
                    dragged={drag?.what.kind !== 'create' && drag?.what.happening.key === one.key}
                    style={{
                      position: 'absolute',
                      top: (top / 60) * hourHeight + 1,
                      height: (length / 60) * hourHeight - 2,
                      left: `calc(${(lane / lanes) * 100}% + 2px)`,
                      width: `calc(${(wide / lanes) * 100}% - 4px)`,
                    }}
                    onPress={(event) => pressEvent(event, one, column, 'move')}
                    onPressEnd={(event) => pressEvent(event, one, column, 'end')}
                    onKeyDown={(event) => keyMove(event, one)}
                  />
                )
              },
            )}
            {planned?.column.key === column.key && !planned.wholeDays && (
              <div
                className={styles.planned}
                style={{
                  top: (minutesBetween(`${column.day}T00:00`, planned.from) / 60) * hourHeight,
                  height: (minutesBetween(planned.from, planned.to) / 60) * hourHeight,
                }}
              >
                <span className="figures">
                  {planned.from.slice(11)} – {planned.to.slice(11)}
                </span>
              </div>
            )}
            {column.day === present.slice(0, 10) && (
              <span
                className={styles.now}
                style={{ top: (minutesOf(present) / 60) * hourHeight }}
                role="img"
                aria-label={t('view.now', { time: present.slice(11) })}
              />
            )}
          </div>
        ))}
      </div>
    </section>
  )
}

/** The present moment of the environment, minute by minute. */
function usePresent(): string {
  const { manner } = useSurroundings()
  const read = () => localOf(now().toISOString(), manner)?.slice(0, 16) ?? ''
  const [present, setPresent] = useState(read)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the clock is read anew every minute, whatever else is drawn
  useEffect(() => {
    const timer = setInterval(() => setPresent(read()), 30_000)
    return () => clearInterval(timer)
  }, [])
  return present
}

function minutesIn(box: DOMRect, y: number): number {
  return ((y - box.top) / hourHeight) * 60
}

/** The part of a happening that lies on a day. */
function clipped(happening: Happening, day: string): Happening {
  const start = `${day}T00:00`
  const end = `${addDays(day, 1)}T00:00`
  return {
    ...happening,
    from: happening.from < start ? start : happening.from,
    to: happening.to > end ? end : happening.to,
  }
}

/** Where what is dragged would be. */
function plannedSpan(
  drag: Dragging<Taken>,
  columns: HoursColumn[],
  step: number,
): { column: HoursColumn; from: string; to: string; wholeDays: boolean } | null {
  const { what, over, at } = drag
  const target = columns.find((column) => over?.dataset.drop?.endsWith(column.key))
  if (what.kind === 'create') {
    const box = document.querySelector(`[data-drop="${CSS.escape(what.column.key)}"]`)?.getBoundingClientRect()
    if (!box) return null
    const until = snapped(minutesIn(box, at.y), step)
    const since = Math.floor(what.minutes / step) * step
    const [from, to] = until > since ? [since, until] : [until, since + step]
    const bounded = Math.min(Math.max(to, from + step), minutesADay)
    return {
      column: what.column,
      from: momentAt(what.column.day, Math.max(0, from)),
      to: momentAt(what.column.day, bounded),
      wholeDays: false,
    }
  }
  const { happening } = what
  if (!target || !over) return null
  const length = minutesBetween(happening.from, happening.to)
  const away = minutesBetween(`${what.day}T00:00`, `${target.day}T00:00`)
  if (happening.wholeDays || over.dataset.drop?.startsWith('whole')) {
    const from = addMinutes(happening.from, away)
    return { column: target, from, to: addMinutes(from, length), wholeDays: happening.wholeDays }
  }
  const pointed = minutesIn(over.getBoundingClientRect(), at.y)
  if (what.kind === 'end') {
    const to = momentAt(target.day, snapped(pointed, step))
    const least = addMinutes(happening.from, step)
    return { column: target, from: happening.from, to: to > least ? to : least, wholeDays: false }
  }
  const from = momentAt(target.day, snapped(pointed - what.grabbed, step))
  return { column: target, from, to: addMinutes(from, length), wholeDays: false }
}
