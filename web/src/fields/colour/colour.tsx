import { ColorInput } from '@mantine/core'
import { textFilter } from '../filters/text'
import { defineField, textOf } from '../types'
import styles from './colour.module.css'

function Swatch({ value }: { value: string }) {
  return (
    <span className={styles.line}>
      <svg width="16" height="16" aria-hidden="true" className={styles.swatch}>
        <rect width="16" height="16" rx="4" fill={value} />
      </svg>
      <span className="figures">{value}</span>
    </span>
  )
}

export const colour = defineField<string>({
  of: textOf,
  text: (value) => value,
  colour: (value) => (/^#[0-9a-f]{6}$/i.test(value) ? value : null),
  Display: ({ value }) => <Swatch value={value} />,
  Input: ({ id, value, onChange, describedBy, invalid, required }) => (
    <ColorInput
      id={id}
      value={value ?? ''}
      onChange={(next) => onChange(next || null)}
      format="hex"
      aria-describedby={describedBy}
      aria-required={required || undefined}
      error={invalid}
      popoverProps={{ shadow: 'none' }}
    />
  ),
  filter: textFilter,
  width: 110,
})
