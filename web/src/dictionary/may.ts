import type { Entity, RecordData, Transition } from '../api/types'

/** Whether the person may do that to a record: what its entity lets them, but for what this one does not. */
export function may(entity: Entity, record: RecordData, what: 'update' | 'delete'): boolean {
  return entity.can[what] && !closed(record, what)
}

/** Whether the person may make a transition of a record; one may be open where other changes are not. */
export function mayMove(entity: Entity, record: RecordData, transition: Transition): boolean {
  return !entity.can.not.includes(transition.name) && !closed(record, transition.name)
}

function closed(record: RecordData, what: string): boolean {
  const not = record['@tisserand.not']
  return Array.isArray(not) && not.includes(what)
}
