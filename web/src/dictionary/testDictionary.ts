import type { Dictionary, Entity, Field } from '../api/types'

/** A field with the attributes a test names. */
export function testField(field: Partial<Field> & { name: string; type: string }): Field {
  return { label: { fr: field.name }, required: false, read_only: false, system: false, has_default: false, ...field }
}

/** An entity with the attributes a test names. */
export function testEntity(entity: Partial<Entity> & { name: string; fields: Field[] }): Entity {
  return {
    collection: `${entity.name}s`,
    module: 'test',
    label: { fr: entity.name },
    plural: { fr: `${entity.name}s` },
    icon: null,
    title: '{name}',
    lines_of: null,
    order: ['name'],
    searchable: true,
    can: { create: true, update: true, delete: true },
    states: null,
    list: { columns: [], filters: [] },
    form: { tabs: [] },
    ...entity,
  }
}

/** A dictionary of those entities. */
export function testDictionary(...entities: Entity[]): Dictionary {
  return {
    hash: 'test',
    environment: { name: 'test', label: 'Test', kind: 'production', time_zone: 'Europe/Paris', currency: 'EUR' },
    me: { id: 'me', name: 'Ada', profile: 'administrator' },
    menu: [],
    lists: {},
    entities: Object.fromEntries(entities.map((entity) => [entity.name, entity])),
  }
}
