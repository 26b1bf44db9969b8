import { NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { allOf } from '../../api/where'
import type { Surroundings } from '../../dictionary/context'
import { exactDay, instantOf } from '../../format/dates'
import type { FilterEditorProps, FilterUi, FilterValue } from '../types'
import styles from './FilterKinds.module.css'
import {
  type CountedPeriod,
  countedPeriods,
  countOf,
  current,
  type Days,
  daysOf,
  type NamedPeriod,
  namedPeriods,
  shifted,
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

/** That a path lies within some days; `company`: the environment's, whatever the person's zone. */
type Within = (path: string, days: Days, around: Surroundings, company: boolean) => string | null

function byDay(path: string, [first, last]: Days): string | null {
  if (first && first === last) return `${path} = date '${first}'`
  return allOf([first && `${path} >= date '${first}'`, last && `${path} <= date '${last}'`])
}

/** Days of instants are the server's, in the environment's time zone; of a person who has another zone, they are told by their instants. */
const byInstant: Within = (path, days, { manner, dictionary }, company) => {
  if (company || manner.timeZone === dictionary.environment.time_zone) return byDay(`date(${path})`, days)
  const at = (day: string) => `datetime '${instantOf(`${day}T00:00`, manner) ?? `${day}T00:00:00Z`}'`
  const [first, last] = days
  return allOf([first && `${path} >= ${at(first)}`, last && `${path} < ${at(shifted(last, 1, 'days'))}`])
}

/** Filters on a period. */
function periodFilter(within: Within, isDay: boolean): FilterUi {
  return {
    first: { o: 'last', n: 30, u: 'days' },
    Editor,
    where: (path, value, _field, around) => {
      if (value.o === 'empty') return `${path} = null`
      if (value.o === 'filled') return `${path} != null`
      const days = daysOf(value, todayOf(around.manner), around.manner.firstDay)
      return days && within(path, days, around, value.of === 'company')
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
    // Figures are counted by the days of the environment: what leads to their records says the same days.
    during: (first, last) => ({ o: 'range', a: first, b: last, ...(isDay ? {} : { of: 'company' }) }),
  }
}

export const dateFilter = periodFilter(byDay, true)
export const datetimeFilter = periodFilter(byInstant, false)
