import { SegmentedControl } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { FilterEditorProps, FilterUi, FilterValue, Test } from '../types'

function Editor({ value, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  return (
    <SegmentedControl
      fullWidth
      value={value?.o ?? 'filled'}
      onChange={(o) => onChange({ o })}
      data={[
        { value: 'filled', label: t('filter.filled') },
        { value: 'empty', label: t('filter.empty') },
      ]}
    />
  )
}

/** That there is a value, or none, as it is written. */
export function readPresence([test, ...more]: readonly Test[]): FilterValue | null {
  if (!test || more.length || test.values[0]?.kind !== 'null') return null
  if (test.operator === '=') return { o: 'empty' }
  return test.operator === '!=' ? { o: 'filled' } : null
}

/** Filters on there being a value at all, for types of which nothing finer can be asked. */
export const presenceFilter: FilterUi = {
  first: { o: 'filled' },
  Editor,
  where: (path, value) => (value.o === 'empty' ? `${path} = null` : `${path} != null`),
  text: (value, _field, { t }) => t(value.o === 'empty' ? 'filter.empty' : 'filter.filled'),
  exactly: (key) => (key === null ? { o: 'empty' } : null),
  read: readPresence,
}
