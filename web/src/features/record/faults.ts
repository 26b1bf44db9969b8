import type { Entity } from '../../api/types'
import { fieldOf } from '../../dictionary/model'
import type { Conduct } from './useConduct'
import type { RecordForm } from './useRecordForm'

/** The fields that keep a form from being sent: what cannot be understood, and what the server is known to refuse; those not shown aside. */
export function faultsHere(entity: Entity, form: RecordForm, conduct: Conduct): string[] {
  const unread = Object.keys(form.misunderstood).filter((name) => {
    const field = fieldOf(entity, name)
    return !field || conduct.isVisible(field)
  })
  return [...new Set([...unread, ...conduct.insist()])]
}
