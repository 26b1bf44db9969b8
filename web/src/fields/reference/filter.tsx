import { Checkbox, CloseButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { allOf, oneOf } from '../../api/where'
import styles from '../filters/FilterKinds.module.css'
import type { FilterEditorProps, FilterUi, FilterValue } from '../types'
import { Picker } from './Picker'
import type { ReferenceValue } from './reference'

function chosen(value: FilterValue | null): ReferenceValue[] {
  return Array.isArray(value?.v) ? value.v.filter((one): one is ReferenceValue => typeof one === 'object') : []
}

function Editor({ field, value, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  const records = chosen(value)
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
      <Picker
        id="filter-reference"
        field={field}
        value={null}
        label={t('filter.value')}
        onChange={(picked) => {
          if (picked && !records.some((one) => one.id === picked.id)) onChange({ o: 'in', v: [...records, picked] })
        }}
        onProblem={() => {}}
        describedBy={undefined}
        invalid={false}
        required
        inPlace
        partErrors={{}}
        record={null}
        collection=""
      />
      {records.map((one) => (
        <span key={one.id} className={styles.choice}>
          {one.title}
          <CloseButton
            size="sm"
            aria-label={`${t('fields.remove')} ${one.title}`}
            onClick={() => onChange({ o: 'in', v: records.filter((other) => other.id !== one.id) })}
          />
        </span>
      ))}
      <Checkbox
        size="xs"
        label={t('filter.nothing')}
        checked={value?.o === 'empty'}
        onChange={(event) => onChange({ o: event.currentTarget.checked ? 'empty' : 'in', v: [] })}
      />
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
