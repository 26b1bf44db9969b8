import { spokenPhone, wirePhone } from '../../format/phones'
import { textFilter } from '../filters/text'
import { TextControl } from '../shared/TextControl'
import { defineField, textOf } from '../types'

export const phone = defineField<string>({
  of: textOf,
  text: (value, field) => spokenPhone(value, field.region),
  Display: ({ value, field }) => (
    <a className="figures" href={`tel:${value}`}>
      {spokenPhone(value, field.region)}
    </a>
  ),
  Cell: ({ value, field }) => <span className="figures">{spokenPhone(value, field.region)}</span>,
  Input: (props) => (
    <TextControl
      {...props}
      type="tel"
      inputMode="tel"
      shown={(value) => spokenPhone(value, props.field.region)}
      understood={(typed) => wirePhone(typed, props.field.region)}
    />
  ),
  filter: textFilter,
  width: 140,
})
