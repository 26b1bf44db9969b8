import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { decimal, parseDecimal } from '../../format/numbers'
import { numberFilter } from '../filters/number'
import { numberOf } from '../shared/numbers'
import { Quantity } from '../shared/Quantity'
import { TextControl } from '../shared/TextControl'
import { aggregates, defineField, type InputProps } from '../types'

function Input(props: InputProps<number | string>) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  return (
    <TextControl
      {...props}
      inputMode="numeric"
      shown={(value) => decimal(value, manner)}
      understood={(typed) => {
        const parsed = parseDecimal(typed)
        return parsed !== null && /^-?\d+$/.test(parsed) ? Number(parsed) : undefined
      }}
      misunderstood={t('fields.number.invalid')}
      rightSection={props.field.unit}
      rightSectionWidth={props.field.unit ? 16 + props.field.unit.length * 9 : undefined}
      align="end"
    />
  )
}

export const integer = defineField<number | string>({
  of: numberOf,
  text: (value, field, { manner }) => [decimal(value, manner), field.unit].filter(Boolean).join('\u00a0'),
  Display: ({ value, field }) => <Quantity value={value} unit={field.unit} />,
  Input,
  filter: numberFilter,
  aggregate: aggregates,
  literal: String,
  align: 'end',
  width: 100,
})
