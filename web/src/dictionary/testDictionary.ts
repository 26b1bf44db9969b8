import type { Dictionary, Entity, Field } from '../api/types'

/** A field with the attributes a test names. */
export function testField(field: Partial<Field> & { name: string; type: Field['type'] }): Field {
  return {
    label: { fr: field.name },
    help: null,
    required: false,
    unique: false,
    read_only: false,
    system: false,
    personal: 'no',
    concerns: false,
    default: null,
    formula: null,
    visible: null,
    editable: null,
    width: null,
    layer: 'test',
    ...field,
  }
}

/** An entity with the attributes a test names. */
export function testEntity(entity: Partial<Entity> & { name: string; fields: Field[] }): Entity {
  return {
    collection: `${entity.name}s`,
    module: 'test',
    label: { fr: entity.name },
    plural: { fr: `${entity.name}s` },
    icon: null,
    help: null,
    title: '{name}',
    lines_of: null,
    person: false,
    order: ['name'],
    searchable: true,
    can: { create: true, update: true, delete: true, export: true, import: true, print: true, not: [] },
    rules: [],
    notices: [],
    states: null,
    list: { columns: [], filters: [], colours: [] },
    form: { tabs: [], tiles: [], activity: [] },
    views: {
      board: null,
      calendar: null,
      timeline: null,
      map: null,
      tree: null,
      gallery: null,
      pivot: null,
      chart: null,
    },
    ...entity,
  }
}

/** A dictionary of those entities. */
export function testDictionary(...entities: Entity[]): Dictionary {
  return {
    hash: 'test',
    environment: {
      name: 'test',
      label: 'Test',
      kind: 'production',
      time_zone: 'Europe/Paris',
      time_zone_rules: null,
      currency: 'EUR',
      country: 'FR',
      logo: null,
      tiles: null,
    },
    me: {
      id: 'me',
      name: 'Ada',
      profiles: [{ name: 'administrator', label: { fr: 'Administrateur' } }],
      powers: ['administer', 'audit', 'share', 'protect'],
      viewed: null,
      until: null,
    },
    modules: [],
    menu: [],
    dashboards: [],
    lists: {},
    entities: Object.fromEntries(entities.map((entity) => [entity.name, entity])),
  }
}
