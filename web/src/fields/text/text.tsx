import { textFilter } from '../filters/text'
import { TextControl } from '../shared/TextControl'
import { defineField, textOf } from '../types'

const transforms: Record<string, (text: string) => string> = {
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
}

export const text = defineField<string>({
  of: textOf,
  text: (value) => value,
  Display: ({ value }) => <>{value}</>,
  Input: (props) => (
    <TextControl
      {...props}
      shown={(value) => value}
      understood={(typed) => (props.field.transform && transforms[props.field.transform]?.(typed)) || typed}
    />
  ),
  filter: textFilter,
  width: 200,
})
