import { NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { Picker } from '../reference/Picker'
import type { InputProps } from '../types'
import styles from './related.module.css'
import { namedAs, offered, partsOf, type RelatedValue, towards } from './value'

/** First what kind of record, then which one, as a reference is picked. */
export function Input(props: InputProps<RelatedValue>) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const { field, value, onChange, label: word } = props
  const held = value && partsOf(value.id)
  const [chosen, setChosen] = useState<string | null>(null)
  const kinds = offered(dictionary, field, label)
  const kind = chosen ?? held?.entity ?? (kinds.length === 1 ? (kinds[0]?.name ?? '') : '')
  const entity = dictionary.entities[kind]
  const choose = (name: string) => {
    setChosen(name)
    if (held && held.entity !== name) onChange(null)
  }
  return (
    <span className={styles.control}>
      <NativeSelect
        id={props.id}
        className={styles.choose}
        aria-label={t('fields.related.kind', { name: word })}
        aria-describedby={props.describedBy}
        aria-required={props.required || undefined}
        error={props.invalid && !entity}
        value={kind}
        data={[
          { value: '', label: t('fields.related.choose'), disabled: props.required },
          ...kinds.map((one) => ({ value: one.name, label: label(one.label) })),
        ]}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      {entity && (
        <span className={styles.record}>
          <Picker
            {...props}
            key={kind}
            id={`${props.id}-record`}
            field={towards(field, kind)}
            named={t('fields.related.record', { name: word, what: label(entity.label) })}
            value={held && value && held.entity === kind ? { id: held.id, title: value.title } : null}
            onChange={(picked) => onChange(picked && { id: namedAs(entity, picked.id), title: picked.title })}
          />
        </span>
      )}
    </span>
  )
}
