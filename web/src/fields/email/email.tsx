import { textFilter } from '../filters/text'
import { TextControl } from '../shared/TextControl'
import { defineField, textOf } from '../types'

export const email = defineField<string>({
  of: textOf,
  text: (value) => value,
  Display: ({ value }) => <a href={`mailto:${value}`}>{value}</a>,
  Cell: ({ value }) => <>{value}</>,
  Input: (props) => (
    <TextControl
      {...props}
      type="email"
      inputMode="email"
      shown={(value) => value}
      understood={(typed) => typed.trim()}
    />
  ),
  filter: textFilter,
  width: 210,
})
