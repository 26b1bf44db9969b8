import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { patiently } from '../../app/patiently'
import { useSurroundings } from '../../dictionary/context'
import { dayOf, exactDay, nearDay } from '../../format/dates'
import { now } from '../../format/now'
import { dateFilter } from '../filters/date'
import { TextControl } from '../shared/TextControl'
import { parseDay, typedDay } from '../shared/typedDates'
import { defineField, type InputProps, textOf, type ValueProps } from '../types'

// The calendar is heavier than the rest of a form together: fetched when a date is edited.
const CalendarButton = lazy(() => patiently(() => import('./CalendarButton')))

function Display({ value }: ValueProps<string>) {
  const { manner } = useSurroundings()
  return (
    <time className="figures" dateTime={value} title={exactDay(value, manner)}>
      {nearDay(value, dayOf(now(), manner), manner)}
    </time>
  )
}

/** A day, typed or picked; shared with the instant type. */
export function DayInput(props: InputProps<string>) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const today = dayOf(now(), manner)
  return (
    <TextControl
      {...props}
      placeholder={t('fields.date.hint')}
      shown={typedDay}
      understood={(typed) => parseDay(typed, today) ?? undefined}
      misunderstood={t('fields.date.invalid')}
      rightSectionWidth={36}
      rightSection={
        <Suspense fallback={null}>
          <CalendarButton
            value={props.value}
            today={today}
            onPick={(day) => {
              props.onProblem(null)
              props.onChange(day)
            }}
          />
        </Suspense>
      }
    />
  )
}

export const date = defineField<string>({
  groups: 'periods',
  of: textOf,
  text: (value, _field, { manner }) => exactDay(value, manner),
  Display,
  Input: DayInput,
  filter: dateFilter,
  aggregate: ['min', 'max'],
  literal: (raw) => `date '${raw}'`,
  width: 120,
})
