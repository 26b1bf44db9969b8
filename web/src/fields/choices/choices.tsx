import { MultiSelect } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { Tag } from '../../ui/Tag'
import { choicesFilter } from '../filters/choice'
import { inListOrder, listValueOf, offeredValues } from '../shared/lists'
import { defineField, type InputProps, type ValueProps } from '../types'
import styles from './choices.module.css'

function Display({ field, value }: ValueProps<string[]>) {
  const { dictionary, label } = useSurroundings()
  return (
    <span className={styles.tags}>
      {inListOrder(dictionary, field, value).map((tag) => {
        const found = listValueOf(dictionary, field, tag)
        return <Tag key={tag} colour={found?.colour} word={found ? label(found.label) : tag} />
      })}
    </span>
  )
}

function Input({ id, field, value, onChange, describedBy, invalid, required }: InputProps<string[]>) {
  const { dictionary, label } = useSurroundings()
  const { t } = useTranslation()
  const offered = offeredValues(dictionary, field, value ?? [])
  return (
    <MultiSelect
      id={id}
      value={inListOrder(dictionary, field, value ?? [])}
      onChange={(next) => onChange(next.length ? next : null)}
      data={offered.map((option) => ({ value: option.tag, label: label(option.label) }))}
      searchable
      clearable
      aria-describedby={describedBy}
      aria-required={required || undefined}
      error={invalid}
      placeholder={value?.length ? undefined : t('fields.choose')}
      nothingFoundMessage={t('fields.nothingFound')}
      comboboxProps={{ shadow: 'none', transitionProps: { duration: 100 } }}
    />
  )
}

export const choices = defineField<string[]>({
  of: (raw) => (Array.isArray(raw) && raw.length ? raw.filter((tag): tag is string => typeof tag === 'string') : null),
  text: (value, field, { dictionary, label }) =>
    inListOrder(dictionary, field, value)
      .map((tag) => label(listValueOf(dictionary, field, tag)?.label) || tag)
      .join(', '),
  write: (value, field) => ({ [field.name]: value ?? [] }),
  Display,
  Input,
  filter: choicesFilter,
  width: 180,
})
