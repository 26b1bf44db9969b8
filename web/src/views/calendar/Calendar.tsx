import { Button } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../../api/problem'
import { useSurroundings } from '../../dictionary/context'
import { fieldOf } from '../../dictionary/model'
import type { ReferenceValue } from '../../fields/reference/reference'
import { fieldUi } from '../../fields/registry'
import { dayOf } from '../../format/dates'
import { now } from '../../format/now'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import type { ViewProps } from '../kinds'
import { useLook } from '../look'
import { type Happening, valuesFor } from '../time/happenings'
import { TimeBar } from '../time/TimeBar'
import { useFollowFocus } from '../time/useFollowFocus'
import { pathsOf, useHappenings, whenOf } from '../time/useHappenings'
import { useReschedule } from '../time/useReschedule'
import { useSeriesMove } from '../time/useSeriesMove'
import { addDays, addMonths, daysFrom, monthGrid, weekStart } from '../time/wall'
import { dayInFull, monthWords, rangeWords } from '../time/words'
import { useChanges } from '../useChanges'
import { Agenda } from './Agenda'
import styles from './Calendar.module.css'
import { type HoursColumn, HoursGrid } from './HoursGrid'
import { MonthGrid } from './MonthGrid'
import { isDay } from './shown'

type Scale = 'day' | 'week' | 'month' | 'agenda'
const scales: Scale[] = ['day', 'week', 'month', 'agenda']
/** Days of an agenda. */
const agendaDays = 30

/** Records on the days and at the hours at which they take place. */
export function Calendar({ entity, view, asked, state, onState }: ViewProps<'calendar'>) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const { manner, dictionary, label } = around
  const navigate = useNavigate()
  const frame = useRef<HTMLDivElement>(null)
  const phone = useMediaQuery('(max-width: 767px)', false, { getInitialValueInEffect: false })
  const today = dayOf(now(), manner)
  const when = whenOf(entity, view)
  const day = isDay(state.day) ? state.day : today
  const scale: Scale = scales.find((one) => one === state.scale) ?? (phone ? 'agenda' : view.opens)
  const byField = view.by ? fieldOf(entity, view.by) : undefined
  const split = Boolean(byField) && scale === 'day' && state.by === 'yes' && !when.dated
  const look = useLook(entity, view, [...pathsOf(when), ...(view.by ? [view.by] : [])])
  const days = daysOf(scale, day, manner.firstDay)
  const first = days[0] as string
  const end = addDays(days.at(-1) as string, 1)
  const read = useHappenings(entity, when, look, asked, first, end)
  const changes = useChanges(entity)
  const follow = useFollowFocus(frame)
  const reschedule = useReschedule(entity, when)
  const series = useSeriesMove(entity, when)
  const movable = entity.can.update && fieldOf(entity, view.starts)?.read_only === false

  const whoseOf = (happening: Happening): ReferenceValue | null =>
    byField ? (fieldUi(byField).read(happening.record, byField) as ReferenceValue | null) : null
  const columns: HoursColumn[] = split
    ? resourceColumns(read.happenings, whoseOf, first, t('view.nobody'))
    : days.map((one) => ({ key: one, day: one, resource: undefined, title: null }))

  const create = (from: string, to: string, resource?: ReferenceValue | null) => {
    const values = {
      ...valuesFor(when, manner, from, to),
      ...(resource && view.by ? { [view.by]: resource } : {}),
    }
    void navigate({
      to: '/e/$env/$collection/new',
      params: { env: dictionary.environment.name, collection: entity.collection },
      search: { with: values },
    })
  }
  const move = async (happening: Happening, from: string, to: string, resource?: ReferenceValue | null) => {
    const whose =
      resource !== undefined && view.by && resource?.id !== whoseOf(happening)?.id
        ? { field: view.by, id: resource?.id ?? null, title: resource?.title ?? t('view.nobody') }
        : undefined
    if (from === happening.from && to === happening.to && !whose) return
    if (happening.repeated) {
      const focused = document.activeElement?.closest('[data-event]') !== null
      series.ask({ happening, from, to, whose, moved: (key) => focused && follow(key, true) })
      return
    }
    follow(happening.key)
    await reschedule(happening, from, to, whose)
  }
  const step = (by: -1 | 1) => {
    const next =
      scale === 'month' ? addMonths(day, by) : addDays(day, by * { day: 1, week: 7, agenda: agendaDays }[scale])
    onState({ day: next })
  }
  const shared = {
    entity,
    look,
    happenings: read.happenings,
    changes,
    today,
    movable,
    onMove: (happening: Happening, from: string, to: string, resource?: ReferenceValue | null) =>
      void move(happening, from, to, resource),
    onCreate: entity.can.create ? create : undefined,
    onDay: (one: string) => onState({ day: one, scale: when.dated ? 'agenda' : 'day' }, true),
  }
  return (
    <div className={styles.calendar} ref={frame} data-outdated={read.outdated || undefined} aria-busy={read.loading}>
      <TimeBar
        title={titleOfScale(scale, day, days, manner)}
        scale={scale}
        scales={scales
          .filter((one) => !(when.dated && one === 'day') && !(phone && one === 'week'))
          .map((value) => ({ value, label: t(`view.scales.${value}`) }))}
        onScale={(next) => onState({ scale: next })}
        onStep={step}
        onToday={() => onState({ day: undefined })}
        zone={foreignZone(manner.timeZone, dictionary.environment.time_zone)}
      >
        {byField && !phone && !when.dated && (
          <Button
            variant={split ? 'light' : 'default'}
            size="compact-md"
            aria-pressed={split}
            onClick={() => onState(split ? { by: undefined } : { by: 'yes', scale: 'day' })}
          >
            {t('view.by', { what: label(byField.label).toLocaleLowerCase() })}
          </Button>
        )}
      </TimeBar>
      {read.problem && <ProblemNotice problem={asProblem(read.problem)} retry={read.again} />}
      {read.tooMany && <Notice tone="warning" title={t('view.tooMany')} hint={t('view.tooManyHint')} />}
      {scale === 'agenda' ? (
        <Agenda {...shared} days={days} />
      ) : scale === 'month' || when.dated ? (
        <MonthGrid {...shared} days={days} month={scale === 'month' ? day.slice(0, 7) : null} phone={phone === true} />
      ) : (
        <HoursGrid {...shared} columns={columns} view={view} whoseOf={split ? whoseOf : undefined} />
      )}
      {series.dialog}
      {movable && (
        <p className="hidden-text" id="time-keys">
          {t('view.timeKeys')}
        </p>
      )}
    </div>
  )
}

function daysOf(scale: Scale, day: string, firstDay: number | undefined): string[] {
  if (scale === 'day') return [day]
  if (scale === 'week') return daysFrom(weekStart(day, firstDay), 7)
  return scale === 'month' ? monthGrid(day, firstDay) : daysFrom(day, agendaDays)
}

function titleOfScale(scale: Scale, day: string, days: string[], manner: Parameters<typeof dayInFull>[1]): string {
  if (scale === 'day') return dayInFull(day, manner)
  if (scale === 'month') return monthWords(day, manner)
  return rangeWords(days[0] as string, days.at(-1) as string, manner)
}

/** The zone that hours are in, where the device or the company is in another one. */
function foreignZone(zone: string, company: string): string | undefined {
  const device = Intl.DateTimeFormat().resolvedOptions().timeZone
  return device === zone && company === zone ? undefined : zone.replaceAll('_', ' ')
}

/** A column for each person or thing that has something that day, by name, then one for what is nobody's. */
function resourceColumns(
  happenings: Happening[],
  whoseOf: (happening: Happening) => ReferenceValue | null,
  day: string,
  nobody: string,
): HoursColumn[] {
  const found = new Map<string, ReferenceValue>()
  let unowned = false
  for (const happening of happenings) {
    const whose = whoseOf(happening)
    if (whose) found.set(whose.id, whose)
    else unowned = true
  }
  const columns: HoursColumn[] = [...found.values()]
    .sort((a, b) => a.title.localeCompare(b.title))
    .map((resource) => ({ key: resource.id, day, resource, title: resource.title }))
  if (unowned || columns.length === 0) columns.push({ key: 'nobody', day, resource: null, title: nobody })
  return columns
}
