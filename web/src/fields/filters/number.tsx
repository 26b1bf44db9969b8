import { TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { between } from '../../api/where'
import { parseDecimal } from '../../format/numbers'
import type { FilterEditorProps, FilterUi, FilterValue } from '../types'
import styles from './FilterKinds.module.css'

function bound(value: FilterValue | null, key: string): string {
  const found = value?.[key]
  return typeof found === 'string' ? found : ''
}

function Editor({ value, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  const from = bound(value, 'a')
  const to = bound(value, 'b')
  const wrong = (text: string) => (text !== '' && parseDecimal(text) === null ? t('fields.number.invalid') : null)
  return (
    <div className={styles.pair}>
      <TextInput
        label={t('filter.from')}
        inputMode="decimal"
        value={from}
        error={wrong(from)}
        data-autofocus
        onChange={(event) => onChange({ o: 'between', a: event.currentTarget.value, b: to })}
      />
      <TextInput
        label={t('filter.to')}
        inputMode="decimal"
        value={to}
        error={wrong(to)}
        onChange={(event) => onChange({ o: 'between', a: from, b: event.currentTarget.value })}
      />
    </div>
  )
}

/** Filters on a range of numbers, each end optional. */
export const numberFilter: FilterUi = {
  first: { o: 'between', a: '', b: '' },
  Editor,
  where: (path, value) =>
    value.o === 'empty'
      ? `${path} = null`
      : between(path, parseDecimal(bound(value, 'a')), parseDecimal(bound(value, 'b'))),
  text: (value, _field, { t }) => {
    const from = bound(value, 'a')
    const to = bound(value, 'b')
    if (value.o === 'empty') return t('filter.empty')
    if (from && from === to) return from
    if (from && to) return `${from} – ${to}`
    return from ? `${t('filter.from')} ${from}` : `${t('filter.to')} ${to}`
  },
  read: (tests) => {
    const [first] = tests
    if (tests.length === 1 && first?.operator === '=' && first.values[0]?.kind === 'null') return { o: 'empty' }
    const range: FilterValue = { o: 'between', a: '', b: '' }
    for (const { operator, values } of tests) {
      const [value] = values
      const end = operator === '>=' ? 'a' : operator === '<=' ? 'b' : null
      if (end === null || value?.kind !== 'number' || range[end] !== '') return null
      range[end] = value.value
    }
    return range
  },
  exactly: (key): FilterValue | null => (key === null ? { o: 'empty' } : { o: 'between', a: key, b: key }),
}
