import { useSurroundings } from '../../dictionary/context'
import { dayOf, exactDay, nearDay } from '../../format/dates'
import { now } from '../../format/now'
import { dateFilter } from '../filters/date'
import { defineField, textOf, type ValueProps } from '../types'
import { DayInput } from './DayInput'

function Display({ value }: ValueProps<string>) {
  const { manner } = useSurroundings()
  return (
    <time className="figures" dateTime={value} title={exactDay(value, manner)}>
      {nearDay(value, dayOf(now(), manner), manner)}
    </time>
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
