import { Checkbox, CloseButton, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { oneOf, quoted } from '../../api/where'
import { useSurroundings } from '../../dictionary/context'
import styles from '../filters/FilterKinds.module.css'
import { Picker } from '../reference/Picker'
import type { FilterEditorProps, FilterUi, FilterValue } from '../types'
import { namedAs, offered, partsOf, type RelatedValue, towards } from './value'

function chosen(value: FilterValue | null): RelatedValue[] {
  return Array.isArray(value?.v) ? value.v.filter((one): one is RelatedValue => typeof one === 'object') : []
}

function kindOf(value: FilterValue | null): string {
  if (value?.o === 'kind' && typeof value.v === 'string') return value.v
  return partsOf(chosen(value)[0]?.id ?? '')?.entity ?? ''
}

function Editor({ field, value, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const [kind, setKind] = useState(kindOf(value))
  const entity = dictionary.entities[kind]
  const records = chosen(value)
  return (
    <div className={styles.stack}>
      <NativeSelect
        aria-label={t('fields.related.kind', { name: t('filter.value') })}
        value={kind}
        data={[
          { value: '', label: t('fields.related.choose') },
          ...offered(dictionary, field, label).map((one) => ({ value: one.name, label: label(one.label) })),
        ]}
        onChange={(event) => {
          const name = event.currentTarget.value
          setKind(name)
          onChange(name ? { o: 'kind', v: name } : { o: 'in', v: [] })
        }}
      />
      {entity && (
        <Picker
          key={kind}
          id="filter-related"
          field={towards(field, kind)}
          value={null}
          label={label(entity.label)}
          named={t('fields.related.record', { name: t('filter.value'), what: label(entity.label) })}
          onChange={(picked) => {
            const named = picked && { id: namedAs(entity, picked.id), title: picked.title }
            if (named && !records.some((one) => one.id === named.id)) onChange({ o: 'in', v: [...records, named] })
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
      )}
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
  empty: (path) => `${path} = null`,
  kind: (path, value) =>
    typeof value.v === 'string' && value.v ? `${path} starts with ${quoted(`${value.v}/`)}` : null,
  in: (path, value) =>
    oneOf(
      path,
      chosen(value).map((one) => one.id),
    ),
}

/** Records of one kind, one of several records, or none. */
export const relatedFilter: FilterUi = {
  first: { o: 'in', v: [] },
  Editor,
  where: (path, value) => build[value.o]?.(path, value) ?? null,
  text: (value, _field, { t, dictionary, label }) => {
    if (value.o === 'empty') return t('filter.nothing')
    if (value.o === 'kind') return label(dictionary.entities[kindOf(value)]?.plural) || kindOf(value)
    return chosen(value)
      .map((one) => one.title)
      .join(', ')
  },
}
