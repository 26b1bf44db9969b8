import { NativeSelect, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { allOf } from '../../api/where'
import { exactDay } from '../../format/dates'
import type { FilterEditorProps, FilterUi, FilterValue } from '../types'
import styles from './FilterKinds.module.css'

/** Periods that move with the calendar, as first and last day; `null` is open. They are written as expressions, so a kept link stays true. */
const periods = {
  today: ['today()', 'today()'],
  last7: ['today() - days(7)', 'today()'],
  last30: ['today() - days(30)', 'today()'],
  next7: ['today()', 'today() + days(7)'],
  next30: ['today()', 'today() + days(30)'],
  past: [null, 'today() - days(1)'],
  future: ['today()', null],
} as const
type Period = keyof typeof periods

const names = [...(Object.keys(periods) as Period[]), 'range', 'empty', 'filled'] as const

function day(value: FilterValue | null, key: string): string {
  const found = value?.[key]
  return typeof found === 'string' ? found : ''
}

function Editor({ value, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  const operator = (value?.o ?? 'last30') as (typeof names)[number]
  return (
    <div className={styles.stack}>
      <NativeSelect
        label={t('filter.period')}
        value={operator}
        data-autofocus
        onChange={(event) => onChange({ ...value, o: event.currentTarget.value })}
        data={names.map((name) => ({ value: name, label: t(`filter.${name}`) }))}
      />
      {operator === 'range' && (
        <div className={styles.pair}>
          <TextInput
            type="date"
            label={t('filter.from')}
            value={day(value, 'a')}
            onChange={(event) => onChange({ ...value, o: 'range', a: event.currentTarget.value })}
          />
          <TextInput
            type="date"
            label={t('filter.to')}
            value={day(value, 'b')}
            onChange={(event) => onChange({ ...value, o: 'range', b: event.currentTarget.value })}
          />
        </div>
      )}
    </div>
  )
}

/** Filters on a period, for dates and, through their day in the environment's time zone, for instants. */
function periodFilter(dayOf: (path: string) => string): FilterUi {
  return {
    first: { o: 'last30' },
    Editor,
    where: (path, value) => {
      if (value.o === 'empty') return `${path} = null`
      if (value.o === 'filled') return `${path} != null`
      const of = dayOf(path)
      const from = day(value, 'a')
      const to = day(value, 'b')
      const [first, last] =
        value.o === 'range'
          ? [from ? `date '${from}'` : null, to ? `date '${to}'` : null]
          : (periods[value.o as Period] ?? [null, null])
      return allOf([first && `${of} >= ${first}`, last && `${of} <= ${last}`])
    },
    text: (value, _field, around) => {
      const { t, manner } = around
      if (value.o !== 'range') return t(`filter.${value.o as Period}`)
      const from = day(value, 'a')
      const to = day(value, 'b')
      const said = (iso: string) => exactDay(iso, manner)
      if (from && to) return `${said(from)} – ${said(to)}`
      return from ? `${t('filter.from')} ${said(from)}` : `${t('filter.to')} ${said(to)}`
    },
  }
}

export const dateFilter = periodFilter((path) => path)
export const datetimeFilter = periodFilter((path) => `date(${path})`)
