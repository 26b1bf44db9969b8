import { Textarea } from '@mantine/core'
import { textFilter } from '../filters/text'
import { defineField, textOf } from '../types'
import styles from './long_text.module.css'

export const longText = defineField<string>({
  of: textOf,
  text: (value) => value,
  Display: ({ value }) => <p className={styles.prose}>{value}</p>,
  Cell: ({ value }) => <>{value.replace(/\s+/g, ' ').slice(0, 200)}</>,
  Input: ({ id, value, onChange, describedBy, invalid, required, field }) => (
    <Textarea
      id={id}
      value={value ?? ''}
      autosize
      minRows={3}
      maxRows={16}
      maxLength={field.max_length}
      aria-describedby={describedBy}
      aria-required={required || undefined}
      error={invalid}
      onChange={(event) => onChange(event.currentTarget.value || null)}
    />
  ),
  filter: textFilter,
  width: 280,
  wide: true,
})
