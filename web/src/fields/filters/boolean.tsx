import { SegmentedControl } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { FilterEditorProps, FilterUi } from '../types'

function Editor({ value, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  return (
    <SegmentedControl
      fullWidth
      value={value?.o ?? 'yes'}
      onChange={(o) => onChange({ o })}
      data={[
        { value: 'yes', label: t('fields.yes') },
        { value: 'no', label: t('fields.no') },
      ]}
    />
  )
}

/** Yes or no; a record where nothing was said counts as no. */
export const booleanFilter: FilterUi = {
  first: { o: 'yes' },
  Editor,
  where: (path, value) => (value.o === 'no' ? `not ${path}` : path),
  text: (value, _field, { t }) => t(value.o === 'no' ? 'filter.no' : 'filter.yes'),
}
