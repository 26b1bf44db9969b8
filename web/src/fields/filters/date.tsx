import { NativeSelect, NumberInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { allOf } from '../../api/where'
import { type Surroundings, useSurroundings } from '../../dictionary/context'
import { exactDay, instantOf } from '../../format/dates'
import { AskedDay } from '../date/AskedDay'
import type { FilterEditorProps, FilterUi, FilterValue, Test } from '../types'
import styles from './FilterKinds.module.css'
import {
  type CountedPeriod,
  countedPeriods,
  countOf,
  current,
  type Days,
  daysOf,
  type KeptDays,
  keptDaysOf,
  keptPeriod,
  keptPeriods,
  keptUnits,
  type NamedPeriod,
  namedPeriods,
  shifted,
  todayOf,
  units,
} from './periods'
import { readPresence } from './presence'

function text(value: FilterValue | null, key: string): string {
  const found = value?.[key]
  return typeof found === 'string' ? found : ''
}

function Editor({ value: raw, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  const { kept } = useSurroundings()
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
          { group: t('filter.calendar'), items: named(kept ? keptPeriods : namedPeriods) },
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
            data={(kept ? keptUnits : units).map((unit) => ({ value: unit, label: t(`filter.units.${unit}`) }))}
          />
        </div>
      )}
      {value.o === 'range' && (
        <div className={styles.pair}>
          <AskedDay
            label={t('filter.from')}
            value={text(value, 'a')}
            onChange={(day) => onChange({ ...value, o: 'range', a: day })}
          />
          <AskedDay
            label={t('filter.to')}
            value={text(value, 'b')}
            onChange={(day) => onChange({ ...value, o: 'range', b: day })}
          />
        </div>
      )}
    </div>
  )
}

/** Days that are kept, compared with today as it will be. */
function byKeptDay(path: string, [first, last]: KeptDays): string | null {
  const said = (day: string | number) => {
    if (typeof day === 'string') return `date '${day}'`
    if (day === 0) return 'today()'
    return `today() ${day < 0 ? '-' : '+'} days(${Math.abs(day)})`
  }
  if (first !== null && first === last) return `${path} = ${said(first)}`
  return allOf([first === null ? null : `${path} >= ${said(first)}`, last === null ? null : `${path} <= ${said(last)}`])
}

/** Ends of a period as they are written. */
function readDays(tests: readonly Test[], isDay: boolean): FilterValue | null {
  const presence = readPresence(tests)
  if (presence) return presence
  let [first, last]: KeptDays = [null, null]
  for (const { operator, day, values } of tests) {
    const [value] = values
    const said = value?.kind === 'today' ? value.days : value?.kind === 'date' ? value.value : null
    if (said === null || day === isDay || tests.length > 2) return null
    if (operator === '=' && tests.length === 1) [first, last] = [said, said]
    else if (operator === '>=' && first === null) first = said
    else if (operator === '<=' && last === null) last = said
    else return null
  }
  return keptPeriod([first, last])
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
      if (around.kept) {
        const days = keptDaysOf(value)
        return days && byKeptDay(isDay ? path : `date(${path})`, days)
      }
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
    read: (tests) => readDays(tests, isDay),
    exactly: (key): FilterValue | null =>
      key === null ? { o: 'empty' } : isDay ? { o: 'range', a: key, b: key } : null,
    // Figures are counted by the days of the environment: what leads to their records says the same days.
    during: (first, last) => ({ o: 'range', a: first, b: last, ...(isDay ? {} : { of: 'company' }) }),
  }
}

export const dateFilter = periodFilter(byDay, true)
export const datetimeFilter = periodFilter(byInstant, false)
