import { SegmentedControl } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { FilterEditorProps, FilterUi } from '../types'

/** Beside yes and no (which counts what was not said): said to be no, and not said. */
const finer = ['false', 'empty'] as const

function Editor({ value, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  const own = finer.find((one) => one === value?.o)
  return (
    <SegmentedControl
      fullWidth
      value={value?.o ?? 'yes'}
      onChange={(o) => onChange({ o })}
      data={[
        { value: 'yes', label: t('fields.yes') },
        { value: 'no', label: t('fields.no') },
        ...(own ? [{ value: own, label: t(own === 'empty' ? 'filter.nothing' : 'filter.saidNo') }] : []),
      ]}
    />
  )
}

const build: Record<string, (path: string) => string> = {
  no: (path) => `not ${path}`,
  false: (path) => `${path} = false`,
  empty: (path) => `${path} = null`,
}

const words: Record<string, 'filter.no' | 'filter.saidNo' | 'filter.nothing'> = {
  no: 'filter.no',
  false: 'filter.saidNo',
  empty: 'filter.nothing',
}

/** Yes or no; a record where nothing was said counts as no. */
export const booleanFilter: FilterUi = {
  first: { o: 'yes' },
  Editor,
  where: (path, value) => build[value.o]?.(path) ?? path,
  text: (value, _field, { t }) => t(words[value.o] ?? 'filter.yes'),
  read: ([test, ...more]) => {
    if (!test || more.length) return null
    if (test.operator === 'is') return { o: 'yes' }
    if (test.operator === 'not') return { o: 'no' }
    const [value] = test.values
    if (test.operator !== '=' || !value) return null
    if (value.kind === 'null') return { o: 'empty' }
    return value.kind === 'boolean' && !value.value ? { o: 'false' } : null
  },
  exactly: (key) => ({ o: key === null ? 'empty' : key === 'true' ? 'yes' : 'false' }),
}
