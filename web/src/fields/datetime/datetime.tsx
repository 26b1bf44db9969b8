import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { exactInstant, instantOf, localOf, nearInstant } from '../../format/dates'
import { now } from '../../format/now'
import { DayInput } from '../date/DayInput'
import { datetimeFilter } from '../filters/date'
import { TextControl } from '../shared/TextControl'
import { parseTime } from '../shared/typedDates'
import { defineField, type InputProps, textOf, type ValueProps } from '../types'
import styles from './datetime.module.css'

function Display({ value }: ValueProps<string>) {
  const { manner } = useSurroundings()
  return (
    <time className="figures" dateTime={value} title={exactInstant(value, manner)}>
      {nearInstant(value, now(), manner)}
    </time>
  )
}

/** A day and an hour in the person's time zone; the value is the instant. */
function Input(props: InputProps<string>) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const local = props.value === null ? null : localOf(props.value, manner)
  // An hour without a day, or the other way round, is no instant yet: it waits here.
  const [half, setHalf] = useState<{ day: string | null; time: string | null }>({ day: null, time: null })
  const day = local?.slice(0, 10) ?? half.day
  const time = local?.slice(11) ?? half.time
  const put = (nextDay: string | null, nextTime: string | null) => {
    setHalf({ day: nextDay, time: nextTime })
    props.onChange(nextDay ? instantOf(`${nextDay}T${nextTime ?? '08:00:00'}`, manner) : null)
  }
  return (
    <span className={styles.pair}>
      <DayInput {...props} typed={undefined} value={day} onChange={(next) => put(next, time)} />
      <span className={styles.time}>
        <label className="hidden-text" htmlFor={`${props.id}-time`}>
          {`${props.label}, ${t('fields.date.time')}`}
        </label>
        <TextControl
          {...props}
          typed={undefined}
          id={`${props.id}-time`}
          value={time}
          placeholder="14:05"
          shown={(value) => value.slice(0, 5)}
          understood={(typed) => parseTime(typed) ?? undefined}
          misunderstood={t('fields.date.invalidTime')}
          onChange={(next) => put(day, next)}
        />
      </span>
    </span>
  )
}

export const datetime = defineField<string>({
  groups: 'periods',
  of: textOf,
  text: (value, _field, { manner }) => exactInstant(value, manner),
  Display,
  Input,
  filter: datetimeFilter,
  aggregate: ['min', 'max'],
  literal: (raw) => `datetime '${raw}'`,
  width: 150,
})
