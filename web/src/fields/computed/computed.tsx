import { effective } from '../../dictionary/model'
import { fieldUi } from '../registry'
import { defineField } from '../types'

/** Shown as the type it returns; never written. Screens resolve it first, so this stands for one whose result has no type known here. */
export const computed = defineField<unknown>({
  of: (raw) => raw ?? null,
  text: (value, field, around) => {
    const shown = effective(field)
    return shown.type === 'computed' ? String(value) : fieldUi(shown).text(value, shown, around)
  },
  write: () => ({}),
  Display: ({ value }) => <>{typeof value === 'object' ? JSON.stringify(value) : String(value)}</>,
  Input: ({ id, value }) => <output id={id}>{value === null ? '' : String(value)}</output>,
  filter: null,
})
