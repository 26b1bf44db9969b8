import { NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { oneOf, quoted } from '../../api/where'
import { useSurroundings } from '../../dictionary/context'
import styles from '../filters/FilterKinds.module.css'
import { Chosen, chosen, FilterPicker, joined } from '../reference/Chosen'
import type { FilterEditorProps, FilterUi, FilterValue } from '../types'
import { namedAs, offered, partsOf, towards } from './value'

function kindOf(value: FilterValue | null): string {
  if (value?.o === 'kind' && typeof value.v === 'string') return value.v
  return partsOf(chosen(value)[0]?.id ?? '')?.entity ?? ''
}

function Editor({ field, value, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const [kind, setKind] = useState(kindOf(value))
  const entity = dictionary.entities[kind]
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
        <FilterPicker
          key={kind}
          id="filter-related"
          field={towards(field, kind)}
          label={label(entity.label)}
          named={t('fields.related.record', { name: t('filter.value'), what: label(entity.label) })}
          onPick={(picked) => {
            onChange(joined(chosen(value), { id: namedAs(entity, picked.id), title: picked.title }))
          }}
        />
      )}
      <Chosen value={value} onChange={onChange} />
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
  exactly: (key, title) => (key === null ? { o: 'empty', v: [] } : { o: 'in', v: [{ id: key, title }] }),
}
