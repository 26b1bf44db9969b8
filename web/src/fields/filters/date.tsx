import { NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { allOf } from '../../api/where'
import { exactDay } from '../../format/dates'
import type { FilterEditorProps, FilterUi, FilterValue } from '../types'
import styles from './FilterKinds.module.css'
import {
  type CountedPeriod,
  countedPeriods,
  countOf,
  current,
  daysOf,
  type NamedPeriod,
  namedPeriods,
  todayOf,
  units,
} from './periods'

function text(value: FilterValue | null, key: string): string {
  const found = value?.[key]
  return typeof found === 'string' ? found : ''
}

function Editor({ value: raw, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  const value = current(raw ?? { o: 'thisMonth' })
  const isCounted = countedPeriods.some((name) => name === value.o)
  const choose = (o: string) =>
    onChange(countedPeriods.some((name) => name === o) ? { n: 30, u: 'days', ...value, o } : { ...value, o })
  const named = (names: readonly (NamedPeriod | CountedPeriod | 'range' | 'empty' | 'filled')[]) =>
    names.map((name) => ({ value: name, label: t(`filter.${name}`) }))
  return (
    <div className={styles.stack}>
      <NativeSelect
        label={t('filter.period')}
        value={value.o}
        data-autofocus
        onChange={(event) => choose(event.currentTarget.value)}
        data={[
          { group: t('filter.counted'), items: named(countedPeriods) },
          { group: t('filter.calendar'), items: named(namedPeriods) },
          { group: t('filter.other'), items: named(['range', 'empty', 'filled']) },
        ]}
      />
      {isCounted && (
        <div className={styles.pair}>
          <NumberInput
            label={t('filter.howMany')}
            min={1}
            max={9999}
            allowDecimal={false}
            value={Number(value.n) || ''}
            onChange={(count) => onChange({ ...value, n: Number(count) || 0 })}
          />
          <NativeSelect
            label={t('filter.unit')}
            value={text(value, 'u')}
            onChange={(event) => onChange({ ...value, u: event.currentTarget.value })}
            data={units.map((unit) => ({ value: unit, label: t(`filter.units.${unit}`) }))}
          />
        </div>
      )}
      {value.o === 'range' && (
        <div className={styles.pair}>
          <TextInput
            type="date"
            label={t('filter.from')}
            value={text(value, 'a')}
            onChange={(event) => onChange({ ...value, o: 'range', a: event.currentTarget.value })}
          />
          <TextInput
            type="date"
            label={t('filter.to')}
            value={text(value, 'b')}
            onChange={(event) => onChange({ ...value, o: 'range', b: event.currentTarget.value })}
          />
        </div>
      )}
    </div>
  )
}

/** Filters on a period, for dates and, through their day in the environment's time zone, for instants. */
function periodFilter(dayOf: (path: string) => string, isDay: boolean): FilterUi {
  return {
    first: { o: 'last', n: 30, u: 'days' },
    Editor,
    where: (path, value, _field, { manner }) => {
      if (value.o === 'empty') return `${path} = null`
      if (value.o === 'filled') return `${path} != null`
      const of = dayOf(path)
      const days = daysOf(value, todayOf(manner))
      if (!days) return null
      const [first, last] = days
      if (first && first === last) return `${of} = date '${first}'`
      return allOf([first && `${of} >= date '${first}'`, last && `${of} <= date '${last}'`])
    },
    text: (raw, _field, around) => {
      const { t, manner } = around
      const value = current(raw)
      const said = countOf(value)
      if (said && countedPeriods.some((name) => name === value.o)) {
        const length = t(`filter.lengths.${said.unit}`, { count: said.count })
        return t(`filter.countedText.${value.o as CountedPeriod}`, { length })
      }
      if (value.o !== 'range') return t(`filter.${value.o as NamedPeriod}`)
      const from = text(value, 'a')
      const to = text(value, 'b')
      const day = (iso: string) => exactDay(iso, manner)
      if (from && from === to) return day(from)
      if (from && to) return `${day(from)} – ${day(to)}`
      return from ? `${t('filter.from')} ${day(from)}` : `${t('filter.to')} ${day(to)}`
    },
    exactly: (key): FilterValue | null =>
      key === null ? { o: 'empty' } : isDay ? { o: 'range', a: key, b: key } : null,
    during: (first, last) => ({ o: 'range', a: first, b: last }),
  }
}

export const dateFilter = periodFilter((path) => path, true)
export const datetimeFilter = periodFilter((path) => `date(${path})`, false)
