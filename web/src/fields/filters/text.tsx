import { NativeSelect, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { quoted } from '../../api/where'
import type { FilterEditorProps, FilterUi, Test } from '../types'
import styles from './FilterKinds.module.css'
import { readPresence } from './presence'

const operators = ['contains', 'startsWith', 'equals', 'empty', 'filled'] as const
type Operator = (typeof operators)[number]

function Editor({ value, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  const operator = (value?.o ?? 'contains') as Operator
  const text = typeof value?.v === 'string' ? value.v : ''
  const needsText = operator !== 'empty' && operator !== 'filled'
  return (
    <div className={styles.stack}>
      <NativeSelect
        label={t('filter.operator')}
        value={operator}
        onChange={(event) => onChange({ o: event.currentTarget.value, v: text })}
        data={operators.map((name) => ({ value: name, label: t(`filter.${name}`) }))}
      />
      {needsText && (
        <TextInput
          label={t('filter.value')}
          value={text}
          data-autofocus
          onChange={(event) => onChange({ o: operator, v: event.currentTarget.value })}
        />
      )}
    </div>
  )
}

const build: Record<Operator, (path: string, text: string) => string | null> = {
  contains: (path, text) => (text ? `${path} contains ${quoted(text)}` : null),
  startsWith: (path, text) => (text ? `${path} starts with ${quoted(text)}` : null),
  equals: (path, text) => (text ? `${path} = ${quoted(text)}` : null),
  empty: (path) => `${path} = null`,
  filled: (path) => `${path} != null`,
}

const written: Partial<Record<Test['operator'], Operator>> = {
  '=': 'equals',
  contains: 'contains',
  'starts with': 'startsWith',
}

/** Filters on words. */
export const textFilter: FilterUi = {
  first: { o: 'contains', v: '' },
  Editor,
  where: (path, value) => {
    const text = typeof value.v === 'string' ? value.v : ''
    return build[value.o as Operator]?.(path, value.o === 'equals' ? text : text.trim()) ?? null
  },
  text: (value, _field, { t }) => {
    const operator = t(`filter.${value.o as Operator}`)
    return value.o === 'empty' || value.o === 'filled' ? operator : `${operator} ${value.v}`
  },
  exactly: (key) => (key === null ? { o: 'empty', v: '' } : { o: 'equals', v: key }),
  read: ([test, ...more]) => {
    const [value] = test?.values ?? []
    if (!test || more.length || !value) return null
    if (value.kind === 'null') return readPresence([test])
    const o = written[test.operator]
    return o && value.kind === 'text' ? { o, v: value.value } : null
  },
}
