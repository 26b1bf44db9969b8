import { useNavigate } from '@tanstack/react-router'
import { type CSSProperties, Fragment, type KeyboardEvent, type PointerEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../../api/problem'
import { useSurroundings } from '../../dictionary/context'
import { fieldOf } from '../../dictionary/model'
import type { ReferenceValue } from '../../fields/reference/reference'
import { fieldUi } from '../../fields/registry'
import { dayOf } from '../../format/dates'
import { isoDuration, spokenDuration } from '../../format/durations'
import { now } from '../../format/now'
import { IconAction } from '../../ui/IconAction'
import { Initials } from '../../ui/Initials'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { isDay } from '../calendar/shown'
import type { ViewProps } from '../kinds'
import { useLook } from '../look'
import { type Happening, valuesFor } from '../time/happenings'
import { TimeBar } from '../time/TimeBar'
import { useFollowFocus } from '../time/useFollowFocus'
import { pathsOf, useHappenings, whenOf } from '../time/useHappenings'
import { useReschedule } from '../time/useReschedule'
import {
  addDays,
  addMinutes,
  clockMinutes,
  daysFrom,
  minutesADay,
  minutesBetween,
  momentAt,
  snapped,
  weekday,
  weekStart,
} from '../time/wall'
import { dayHead, dayInFull, rangeWords } from '../time/words'
import { useChanges } from '../useChanges'
import { type Dragging, usePointerDrag } from '../usePointerDrag'
import { DayRow } from './DayRow'
import { DaysRow } from './DaysRow'
import styles from './Timeline.module.css'
import { type Row, useTimelineRows } from './useTimelineRows'

const spans = { day: 1, week: 7, fortnight: 14 } as const
type Scale = keyof typeof spans
const scales = Object.keys(spans) as Scale[]

export interface Taken {
  happening: Happening
  /** Where it was taken: the day, and minutes after its beginning. */
  day: string
  grabbed: number
  /** Its end is pulled, not the whole of it. */
  end: boolean
}

/** A row per person or thing over days: who does what when. */
export function Timeline({ entity, view, asked, state, onState }: ViewProps<'timeline'>) {
  const { t } = useTranslation()
  const { manner, dictionary } = useSurroundings()
  const navigate = useNavigate()
  const frame = useRef<HTMLDivElement>(null)
  const today = dayOf(now(), manner)
  const when = whenOf(entity, view)
  const field = fieldOf(entity, view.rows.field)
  const look = useLook(entity, view, [...pathsOf(when), view.rows.field])
  const known = scales.find((one) => one === state.scale) ?? 'week'
  const scale: Scale = when.dated && known === 'day' ? 'week' : known
  const chosen = isDay(state.day) ? state.day : today
  const days = daysFrom(scale === 'day' ? chosen : weekStart(chosen, manner.firstDay), spans[scale])
  const first = days[0] as string
  const read = useHappenings(entity, when, look, asked, first, addDays(days.at(-1) as string, 1))
  const changes = useChanges(entity)
  const follow = useFollowFocus(frame)
  const reschedule = useReschedule(entity, when)
  const movable = entity.can.update && fieldOf(entity, view.starts)?.read_only === false
  const whoseOf = (happening: Happening): ReferenceValue | null =>
    field ? (fieldUi(field).read(happening.record, field) as ReferenceValue | null) : null
  const { rows, problem } = useTimelineRows(entity, view.rows, read.happenings.map(whoseOf), t('view.nobody'))
  const byRow = new Map<string, Happening[]>()
  for (const happening of read.happenings) {
    const id = whoseOf(happening)?.id ?? ''
    byRow.set(id, [...(byRow.get(id) ?? []), happening])
  }
  const hours = { from: clockMinutes(view.day_from), to: clockMinutes(view.day_to) }

  const move = (happening: Happening, from: string, to: string, row: Row) => {
    const whose = whoseOf(happening)
    const other = (whose?.id ?? '') !== row.id
    if (from === happening.from && to === happening.to && !other) return
    follow(happening.key)
    void reschedule(
      happening,
      from,
      to,
      other ? { field: view.rows.field, id: row.id || null, title: row.title } : undefined,
    )
  }
  /** Where what is dragged would be; `null` outside of every row. */
  const planned = ({ what, over, at }: Dragging<Taken>) => {
    const [id = '', day] = over?.dataset.drop?.split(' ') ?? []
    const row = rows.find((one) => one.id === id)
    if (!row || !day || !over) return null
    const { happening } = what
    const length = minutesBetween(happening.from, happening.to)
    const box = over.getBoundingClientRect()
    if (what.end) {
      const own = rows.find((one) => one.id === (whoseOf(happening)?.id ?? '')) ?? row
      const least = addMinutes(happening.from, happening.wholeDays ? minutesADay : view.step)
      const to =
        scale === 'day' && !happening.wholeDays
          ? momentAt(day, snapped(hours.from + ((at.x - box.left) / box.width) * (hours.to - hours.from), view.step))
          : addMinutes(happening.to, minutesBetween(`${what.day}T00:00`, `${day}T00:00`))
      return { row: own, from: happening.from, to: to > least ? to : least }
    }
    const from =
      scale === 'day' && !happening.wholeDays
        ? momentAt(
            day,
            snapped(hours.from + ((at.x - box.left) / box.width) * (hours.to - hours.from) - what.grabbed, view.step),
          )
        : addMinutes(happening.from, minutesBetween(`${what.day}T00:00`, `${day}T00:00`))
    return { row, from, to: addMinutes(from, length) }
  }
  const { drag, press } = usePointerDrag<Taken>({
    onDrop: (dropped) => {
      const place = planned(dropped)
      if (place) move(dropped.what.happening, place.from, place.to, place.row)
    },
  })
  const pressEvent = (event: PointerEvent, happening: Happening, day: string, end = false) => {
    event.stopPropagation()
    const box = event.currentTarget.closest('[data-drop]')?.getBoundingClientRect()
    const at = box ? hours.from + ((event.clientX - box.left) / box.width) * (hours.to - hours.from) : 0
    press(event, { happening, day, end, grabbed: at - minutesBetween(`${day}T00:00`, happening.from) })
  }
  /** Left and right are time, up and down the rows. */
  const keyMove = (event: KeyboardEvent, happening: Happening, row: Row) => {
    const way = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!way || !event.shiftKey || !movable) return
    event.preventDefault()
    const minutes = way * (scale === 'day' && !happening.wholeDays ? view.step : minutesADay)
    if (event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      const to = addMinutes(happening.to, minutes)
      if (to > happening.from) move(happening, happening.from, to, row)
      return
    }
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      const other = rows[rows.indexOf(row) + way]
      if (other) move(happening, happening.from, happening.to, other)
      return
    }
    move(happening, addMinutes(happening.from, minutes), addMinutes(happening.to, minutes), row)
  }
  const create = (row: Row, day: string) => {
    const whose = row.id ? { [view.rows.field]: { id: row.id, title: row.title } } : {}
    void navigate({
      to: '/e/$env/$collection/new',
      params: { env: dictionary.environment.name, collection: entity.collection },
      search: {
        with: { ...valuesFor(when, manner, momentAt(day, hours.from), momentAt(day, hours.from + 60)), ...whose },
      },
    })
  }
  const place = drag ? planned(drag) : null
  const dragged = drag?.what.happening.key ?? null
  return (
    <div className={styles.timeline} ref={frame} data-outdated={read.outdated || undefined} aria-busy={read.loading}>
      <TimeBar
        title={scale === 'day' ? dayInFull(first, manner) : rangeWords(first, days.at(-1) as string, manner)}
        scale={scale}
        scales={scales
          .filter((one) => !(when.dated && one === 'day'))
          .map((value) => ({ value, label: t(`view.scales.${value}`) }))}
        onScale={(next) => onState({ scale: next })}
        onStep={(by) => onState({ day: addDays(first, by * spans[scale]) })}
        onToday={() => onState({ day: undefined })}
      />
      {(read.problem || problem) && <ProblemNotice problem={asProblem(read.problem ?? problem)} retry={read.again} />}
      {read.tooMany && <Notice tone="warning" title={t('view.tooMany')} hint={t('view.tooManyHint')} />}
      <div className={styles.grid} data-scroll data-scale={scale} style={{ '--days': days.length } as CSSProperties}>
        <div className={styles.heads} aria-hidden="true">
          <span className={styles.corner}>{field && <Label field={field} />}</span>
          {scale === 'day' ? (
            <span className={styles.hours}>
              {hoursShown(hours).map((hour) => (
                <i
                  key={hour}
                  className="figures"
                  style={{ left: `${((hour - hours.from) / (hours.to - hours.from)) * 100}%` }}
                >
                  {momentAt(first, hour).slice(11)}
                </i>
              ))}
            </span>
          ) : (
            days.map((day) => (
              <span
                key={day}
                className={styles.head}
                data-today={day === today || undefined}
                data-rest={weekday(day) > 5 || undefined}
              >
                {dayHead(day, manner)}
              </span>
            ))
          )}
        </div>
        {rows.map((row, position) => {
          const own = byRow.get(row.id) ?? []
          const minutes = own.reduce((sum, one) => sum + (one.wholeDays ? 0 : minutesBetween(one.from, one.to)), 0)
          const shared = {
            row,
            happenings: own,
            entity,
            look,
            changes,
            today,
            movable,
            dragged,
            onPress: pressEvent,
            onKeyDown: keyMove,
            planned: place?.row.id === row.id ? place : null,
          }
          return (
            <Fragment key={row.id}>
              {row.group !== null && row.group !== rows[position - 1]?.group && (
                <div className={styles.group}>
                  <span>{row.group || t('view.noGroup')}</span>
                </div>
              )}
              <section className={styles.row} aria-label={row.title} data-empty={own.length === 0 || undefined}>
                <span className={styles.who}>
                  {row.id !== '' && <Initials name={row.title} size={24} />}
                  <span className={styles.name}>
                    {row.title}
                    {own.length > 0 && (
                      <small className="figures">
                        {minutes > 0
                          ? spokenDuration(isoDuration(minutes * 60))
                          : t('list.count', { count: own.length, shown: own.length })}
                      </small>
                    )}
                  </span>
                  {entity.can.create && (
                    <IconAction
                      icon="plus"
                      size={24}
                      className={styles.add}
                      label={t('view.createFor', { who: row.title })}
                      onClick={() => create(row, days.includes(today) ? today : first)}
                    />
                  )}
                </span>
                {scale === 'day' ? (
                  <DayRow {...shared} day={first} hours={hours} />
                ) : (
                  <DaysRow {...shared} days={days} over={drag?.over?.dataset.drop ?? null} />
                )}
              </section>
            </Fragment>
          )
        })}
      </div>
      {movable && (
        <p className="hidden-text" id="time-keys">
          {t('view.timelineKeys')}
        </p>
      )}
    </div>
  )
}

function Label({ field }: { field: NonNullable<ReturnType<typeof fieldOf>> }) {
  const { label } = useSurroundings()
  return <>{label(field.label)}</>
}

/** Every second hour between the two. */
function hoursShown({ from, to }: { from: number; to: number }): number[] {
  const shown: number[] = []
  for (let hour = Math.ceil(from / 60) * 60; hour < to; hour += 120) shown.push(hour)
  return shown
}
