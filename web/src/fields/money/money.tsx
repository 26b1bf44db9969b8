import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { decimal, parseDecimal, money as spoken, wireNumber } from '../../format/numbers'
import { numberFilter } from '../filters/number'
import { numberOf } from '../shared/numbers'
import { TextControl } from '../shared/TextControl'
import { aggregates, defineField, type InputProps, type ValueProps } from '../types'

function Amount({ value, field }: ValueProps<number | string>) {
  const { manner } = useSurroundings()
  return <span className="figures">{spoken(value, manner, field.currency ?? manner.currency)}</span>
}

function Input(props: InputProps<number | string>) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const currency = props.field.currency ?? manner.currency
  return (
    <TextControl
      {...props}
      inputMode="decimal"
      shown={(value) => decimal(value, manner, 2)}
      understood={(typed) => {
        const parsed = parseDecimal(typed.replace(/[€$£]|[A-Z]{3}$/g, ''))
        return parsed === null ? undefined : wireNumber(parsed)
      }}
      misunderstood={t('fields.number.invalid')}
      rightSection={spoken(0, { ...manner, language: 'fr' }, currency).replace(/[\d,\s]/g, '')}
      rightSectionWidth={36}
      align="end"
    />
  )
}

export const money = defineField<number | string>({
  of: numberOf,
  text: (value, field, { manner }) => spoken(value, manner, field.currency ?? manner.currency),
  Display: Amount,
  Input,
  filter: numberFilter,
  aggregate: aggregates,
  literal: String,
  align: 'end',
  width: 120,
})
