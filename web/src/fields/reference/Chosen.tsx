import { Checkbox, CloseButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import styles from '../filters/FilterKinds.module.css'
import type { FilterEditorProps, FilterValue } from '../types'
import { Picker } from './Picker'
import type { ReferenceValue } from './reference'

/** Records that a filter names. */
export function chosen(value: FilterValue | null): ReferenceValue[] {
  return Array.isArray(value?.v) ? value.v.filter((one): one is ReferenceValue => typeof one === 'object') : []
}

/** A picker that stands in a filter: what is picked joins those that were. */
export function FilterPicker(props: {
  id: string
  field: FilterEditorProps['field']
  label: string
  named?: string
  onPick: (picked: ReferenceValue) => void
}) {
  const { onPick, ...picker } = props
  return (
    <Picker
      {...picker}
      value={null}
      onChange={(picked) => {
        if (picked) onPick(picked)
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
  )
}

/** The value with one more record, once. */
export function joined(records: ReferenceValue[], one: ReferenceValue): FilterValue {
  return { o: 'in', v: records.some((other) => other.id === one.id) ? records : [...records, one] }
}

/** The records chosen, each to be taken out again, and the choice of none. */
export function Chosen({ value, onChange }: { value: FilterValue | null; onChange: (value: FilterValue) => void }) {
  const { t } = useTranslation()
  const records = chosen(value)
  return (
    <>
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
    </>
  )
}
