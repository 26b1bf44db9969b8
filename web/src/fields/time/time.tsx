import { useTranslation } from 'react-i18next'
import { presenceFilter } from '../filters/presence'
import { TextControl } from '../shared/TextControl'
import { parseTime } from '../shared/typedDates'
import { defineField, type InputProps, textOf } from '../types'

/** `14:05:00` → `14:05`; seconds only when there are some. */
function short(value: string): string {
  return value.replace(/^(\d{2}:\d{2}):00$/, '$1')
}

function Input(props: InputProps<string>) {
  const { t } = useTranslation()
  return (
    <TextControl
      {...props}
      inputMode="text"
      placeholder="14:05"
      shown={short}
      understood={(typed) => parseTime(typed) ?? undefined}
      misunderstood={t('fields.date.invalidTime')}
    />
  )
}

export const time = defineField<string>({
  of: textOf,
  text: short,
  Display: ({ value }) => <span className="figures">{short(value)}</span>,
  Input,
  filter: presenceFilter,
  width: 80,
})
