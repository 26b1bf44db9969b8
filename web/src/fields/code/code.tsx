import { textFilter } from '../filters/text'
import { TextControl } from '../shared/TextControl'
import { defineField, textOf } from '../types'

export const code = defineField<string>({
  of: textOf,
  text: (value) => value,
  Display: ({ value }) => <span className="figures">{value}</span>,
  Input: (props) => <TextControl {...props} shown={(value) => value} understood={(typed) => typed.trim()} />,
  filter: textFilter,
  width: 110,
})
