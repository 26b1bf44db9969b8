import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { patiently } from '../../app/patiently'
import { useSurroundings } from '../../dictionary/context'
import { dayOf } from '../../format/dates'
import { now } from '../../format/now'
import { type LineProps, TextControl } from '../shared/TextControl'
import { parseDay, typedDay } from '../shared/typedDates'

// The calendar is heavier than the rest of a form together: fetched when a date is edited.
const CalendarButton = lazy(() => patiently(() => import('./CalendarButton')))

/** A day, typed or picked; shared with the instant type. */
export function DayInput(props: LineProps<string>) {
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
