import type { Dictionary, Entity, Field, Label } from '../../api/types'

/** Which record of which entity, as the API writes it (`account/0192…`), and how it is called; an empty title is found when shown. */
export interface RelatedValue {
  id: string
  title: string
}

/** The API's text of a record. */
export function namedAs(entity: Entity, recordId: string): string {
  return `${entity.name}/${recordId}`
}

/** The two parts of the API's text; the entity may be one that this person does not know of. */
export function partsOf(named: string): { entity: string; id: string } | null {
  const [entity, id, more] = named.split('/')
  return entity && id && more === undefined ? { entity, id } : null
}

/** Entities whose records the field may name, by what they are called. */
export function offered(dictionary: Dictionary, field: Field, label: (label: Label) => string): Entity[] {
  return Object.values(dictionary.entities)
    .filter((entity) => entity.lines_of === null && (field.targets?.includes(entity.name) ?? true))
    .sort((a, b) => label(a.label).localeCompare(label(b.label)))
}

/** The field as a reference to one entity: what the picker and the titles of references need. */
export function towards(field: Field, entity: string): Field {
  const { targets: _targets, ...rest } = field
  return { ...rest, type: 'reference', to: entity }
}
