import { presenceFilter } from '../filters/presence'
import { defineField } from '../types'
import { LinesEditor } from './LinesEditor'
import { LinesTable } from './LinesTable'
import { type Line, linesOf, linesWritten } from './value'

export const lines = defineField<Line[]>({
  of: linesOf,
  text: (value) => String(value.length),
  write: (value, field) => ({ [field.name]: linesWritten(value) }),
  echo: (value, field) => ({ [field.name]: (value ?? []).map((line) => line.data) }),
  Display: LinesTable,
  Cell: ({ value }) => <span className="figures">{value.length}</span>,
  Input: LinesEditor,
  filter: presenceFilter,
  wide: true,
  group: true,
  width: 80,
})
