import { Checkbox } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { allOf, oneOf } from '../../api/where'
import styles from '../filters/FilterKinds.module.css'
import type { FilterEditorProps, FilterUi, FilterValue } from '../types'
import { Chosen, chosen, FilterPicker, joined } from './Chosen'

function Editor({ field, value, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  return (
    <div className={styles.stack}>
      {field.to === 'user' && (
        <Checkbox
          size="xs"
          label={t('filter.me')}
          checked={value?.o === 'me'}
          onChange={(event) => onChange({ o: event.currentTarget.checked ? 'me' : 'in', v: [] })}
        />
      )}
      <FilterPicker
        id="filter-reference"
        field={field}
        label={t('filter.value')}
        onPick={(picked) => onChange(joined(chosen(value), picked))}
      />
      <Chosen value={value} onChange={onChange} />
    </div>
  )
}

const build: Record<string, (path: string, value: FilterValue) => string | null> = {
  me: (path) => `${path} = me()`,
  empty: (path) => `${path} = null`,
  in: (path, value) =>
    allOf([
      oneOf(
        path,
        chosen(value).map((one) => one.id),
      ),
    ]),
}

/** One of several records, oneself, or none. */
export const referenceFilter: FilterUi = {
  first: { o: 'in', v: [] },
  Editor,
  where: (path, value) => build[value.o]?.(path, value) ?? null,
  text: (value, _field, { t }) => {
    if (value.o === 'me') return t('filter.me')
    if (value.o === 'empty') return t('filter.nothing')
    return chosen(value)
      .map((one) => one.title)
      .join(', ')
  },
}
