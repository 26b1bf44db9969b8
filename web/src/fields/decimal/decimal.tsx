import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { parseDecimal, wireNumber, decimal as written } from '../../format/numbers'
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
      inputMode="decimal"
      shown={(value) => written(value, manner)}
      understood={(typed) => {
        const parsed = parseDecimal(typed)
        return parsed === null ? undefined : wireNumber(parsed)
      }}
      misunderstood={t('fields.number.invalid')}
      rightSection={props.field.unit}
      rightSectionWidth={props.field.unit ? 16 + props.field.unit.length * 9 : undefined}
      align="end"
    />
  )
}

export const decimal = defineField<number | string>({
  of: numberOf,
  text: (value, field, { manner }) => [written(value, manner, field.scale), field.unit].filter(Boolean).join('\u00a0'),
  Display: ({ value, field }) => <Quantity value={value} unit={field.unit} scale={field.scale} />,
  Input,
  filter: numberFilter,
  aggregate: aggregates,
  literal: String,
  align: 'end',
  width: 110,
})
