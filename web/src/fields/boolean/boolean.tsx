import { Switch } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../icons/Icon'
import { booleanFilter } from '../filters/boolean'
import { defineField, type InputProps, type ValueProps } from '../types'
import styles from './boolean.module.css'

/** A yes is in the colour that the dictionary says: being late is no good news. */
function Display({ field, value }: ValueProps<boolean>) {
  const { t } = useTranslation()
  return (
    <span className={styles.answer} data-yes={value || undefined} data-colour={value ? field.colour : undefined}>
      <Icon name={value ? 'check' : 'minus'} size={16} />
      {t(value ? 'fields.yes' : 'fields.no')}
    </span>
  )
}

function Input({ id, value, onChange, describedBy, required }: InputProps<boolean>) {
  const { t } = useTranslation()
  return (
    <span className={styles.control}>
      <Switch
        id={id}
        checked={value === true}
        aria-describedby={describedBy}
        aria-required={required || undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span className="quiet" aria-hidden="true">
        {t(value === true ? 'fields.yes' : value === false ? 'fields.no' : 'fields.unset')}
      </span>
    </span>
  )
}

export const boolean = defineField<boolean>({
  of: (raw) => (typeof raw === 'boolean' ? raw : null),
  text: (value, _field, { t }) => t(value ? 'fields.yes' : 'fields.no'),
  colour: (value, field) => (value ? (field.colour ?? null) : null),
  Display,
  Input,
  filter: booleanFilter,
  literal: String,
  groups: 'values',
  width: 90,
})
