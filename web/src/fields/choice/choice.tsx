import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { Tag } from '../../ui/Tag'
import { choiceFilter } from '../filters/choice'
import { listValueOf, offeredValues } from '../shared/lists'
import { defineField, type InputProps, textOf, type ValueProps } from '../types'
import styles from './choice.module.css'

function Display({ field, value }: ValueProps<string>) {
  const { dictionary, label } = useSurroundings()
  const found = listValueOf(dictionary, field, value)
  return <Tag colour={found?.colour} word={found ? label(found.label) : value} />
}

function Input({ id, field, value, onChange, describedBy, invalid, required }: InputProps<string>) {
  const { dictionary, label } = useSurroundings()
  const { t } = useTranslation()
  const offered = offeredValues(dictionary, field, value ? [value] : [])
  const colours = new Map(offered.map((option) => [option.tag, option.colour]))
  return (
    <Select
      id={id}
      value={value}
      onChange={(next) => onChange(next)}
      clearable={!required}
      searchable={offered.length > 8}
      aria-describedby={describedBy}
      aria-required={required || undefined}
      error={invalid}
      placeholder={t('fields.choose')}
      nothingFoundMessage={t('fields.nothingFound')}
      data={offered.map((option) => ({ value: option.tag, label: label(option.label) }))}
      leftSection={value ? <Tag colour={colours.get(value)} word="" /> : undefined}
      leftSectionWidth={value ? 28 : undefined}
      renderOption={({ option, checked }) => (
        <span className={styles.option}>
          <Tag colour={colours.get(option.value)} word={option.label} />
          {checked && <Icon name="check" size={16} />}
        </span>
      )}
      comboboxProps={{ shadow: 'none', transitionProps: { duration: 100 } }}
    />
  )
}

export const choice = defineField<string>({
  of: textOf,
  text: (value, field, { dictionary, label }) => label(listValueOf(dictionary, field, value)?.label) || value,
  colour: (value, field, { dictionary }) => listValueOf(dictionary, field, value)?.colour ?? null,
  Display,
  Input,
  filter: choiceFilter,
  groups: 'values',
  width: 130,
})
