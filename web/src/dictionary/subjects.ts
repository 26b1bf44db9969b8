import type { Dictionary, Entity, RecordData } from '../api/types'
import { partsOf } from '../fields/related/value'

/** A person of whom something may be held: where their record is. */
export interface SubjectPlace {
  collection: string
  id: string
}

/** The people that a record is about: itself, or those that it says it concerns. */
export function subjectsOf(entity: Entity, record: RecordData, dictionary: Dictionary): SubjectPlace[] {
  if (entity.person) return [{ collection: entity.collection, id: record.id }]
  return entity.fields.flatMap((field) => {
    if (!field.concerns) return []
    const value = record[field.type === 'reference' ? `${field.name}_id` : field.name]
    if (typeof value !== 'string') return []
    const named = field.type === 'reference' ? { entity: field.to ?? '', id: value } : partsOf(value)
    const target = named && dictionary.entities[named.entity]
    return named && target?.person ? [{ collection: target.collection, id: named.id }] : []
  })
}
