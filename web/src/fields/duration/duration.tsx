import { useTranslation } from 'react-i18next'
import { parseDuration, spokenDuration } from '../../format/durations'
import { presenceFilter } from '../filters/presence'
import { TextControl } from '../shared/TextControl'
import { aggregates, defineField, type InputProps, textOf } from '../types'

function Input(props: InputProps<string>) {
  const { t } = useTranslation()
  return (
    <TextControl
      {...props}
      placeholder={t('fields.duration.hint')}
      shown={spokenDuration}
      understood={(typed) => parseDuration(typed) ?? undefined}
      misunderstood={t('fields.duration.invalid')}
    />
  )
}

export const duration = defineField<string>({
  of: textOf,
  text: spokenDuration,
  Display: ({ value }) => <span className="figures">{spokenDuration(value)}</span>,
  Input,
  filter: presenceFilter,
  aggregate: aggregates,
  literal: (raw) => `duration '${raw}'`,
  align: 'end',
  width: 90,
})
