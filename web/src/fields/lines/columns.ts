import type { Dictionary, Entity, Field } from '../../api/types'
import { fieldOf } from '../../dictionary/model'

/** The entity of a `lines` field and the fields its table shows: the columns of its list screen, else its own fields; never the way back. */
export function lineFields(dictionary: Dictionary, field: Field): { entity: Entity; fields: Field[] } | null {
  const entity = field.of ? dictionary.entities[field.of] : undefined
  if (!entity) return null
  const fromForm = entity.form.tabs.flatMap((tab) =>
    tab.sections.flatMap((section) => section.fields.map((one) => one.field)),
  )
  const named = fromForm.length ? fromForm : entity.list.columns.map((column) => column.path)
  const written = named.map((name) => fieldOf(entity, name)).filter((found): found is Field => found !== undefined)
  const fields = (written.length ? written : entity.fields).filter(
    (one) => !one.system && one.name !== field.by && one.type !== 'lines' && one.name !== 'code',
  )
  return { entity, fields }
}
