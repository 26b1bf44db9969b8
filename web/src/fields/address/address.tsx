import { Textarea, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { textFilter } from '../filters/text'
import { defineField, type InputProps } from '../types'
import styles from './address.module.css'

export interface AddressValue {
  lines: string | null
  postcode: string | null
  city: string | null
  insee: string | null
  region: string | null
  country: string | null
}

const empty: AddressValue = { lines: null, postcode: null, city: null, insee: null, region: null, country: null }

/** The address as it is written on an envelope posted in `home`, one part a line. */
function envelope(value: AddressValue, home: string): string[] {
  const place = [value.postcode, value.city].filter(Boolean).join(' ')
  const country = value.country && value.country !== home ? value.country : ''
  return [...(value.lines ?? '').split('\n'), place, value.region ?? '', country].filter((line) => line.trim() !== '')
}

function Input({ id, value, onChange, describedBy, invalid, partErrors, label }: InputProps<AddressValue>) {
  const { t } = useTranslation()
  const { country } = useSurroundings().dictionary.environment
  // An address that begins here is one of this country, until somebody says otherwise.
  const current = value ?? { ...empty, country }
  const put = (part: keyof AddressValue, text: string) => {
    const next = { ...current, [part]: text || null }
    // Another postcode or city is another commune: its code would be a lie.
    if (part === 'postcode' || part === 'city') next.insee = null
    const nothing = Object.entries(next).every(
      ([name, held]) => held === null || (name === 'country' && held === country),
    )
    onChange(nothing ? null : next)
  }
  const common = (part: keyof AddressValue) => ({
    value: current[part] ?? '',
    label: t(`fields.address.${part}`),
    error: partErrors[`.${part}`],
  })
  return (
    <div className={styles.grid} id={id} aria-describedby={describedBy}>
      <Textarea
        {...common('lines')}
        className={styles.whole}
        autosize
        minRows={1}
        maxRows={5}
        error={partErrors['.lines'] ?? invalid}
        autoComplete="off"
        data-label={label}
        onChange={(event) => put('lines', event.currentTarget.value)}
      />
      <TextInput
        {...common('postcode')}
        inputMode="numeric"
        autoComplete="off"
        onChange={(event) => put('postcode', event.currentTarget.value)}
      />
      <TextInput {...common('city')} autoComplete="off" onChange={(event) => put('city', event.currentTarget.value)} />
      <TextInput
        {...common('country')}
        maxLength={2}
        autoComplete="off"
        onChange={(event) => put('country', event.currentTarget.value.toUpperCase())}
      />
    </div>
  )
}

export const address = defineField<AddressValue>({
  of: (raw) => (raw && typeof raw === 'object' ? { ...empty, ...(raw as Partial<AddressValue>) } : null),
  text: (value, _field, { dictionary }) => envelope(value, dictionary.environment.country).join(', '),
  Display: ({ value }) => (
    <address className={styles.address}>
      {envelope(value, useSurroundings().dictionary.environment.country).map((line) => (
        <span key={line}>{line}</span>
      ))}
    </address>
  ),
  Cell: ({ value }) => <>{envelope(value, useSurroundings().dictionary.environment.country).join(', ')}</>,
  Input,
  filter: textFilter,
  width: 240,
  group: true,
})
