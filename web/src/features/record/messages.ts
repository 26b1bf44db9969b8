import type { Entity } from '../../api/types'
import { fieldOf } from '../../dictionary/model'

/** What the server said of each field: of the field itself, and of its parts by the path after its name. */
export interface FieldMessages {
  own: Record<string, string>
  parts: Record<string, Record<string, string>>
  /** Said of nothing this form knows. */
  others: string[]
}

export const noMessages: FieldMessages = { own: {}, parts: {}, others: [] }

/** Sorts the `fields` of a problem: `siret`, `account_id`, `main_address.city`, `lines[2].quantity`. */
export function sortMessages(entity: Entity, fields: Record<string, string>): FieldMessages {
  const sorted: FieldMessages = { own: {}, parts: {}, others: [] }
  for (const [key, message] of Object.entries(fields)) {
    const [, first = '', rest = ''] = /^([^.[]*)(.*)$/.exec(key) ?? []
    const name = fieldOf(entity, first) ? first : first.replace(/_id$/, '')
    if (!fieldOf(entity, name)) sorted.others.push(message)
    else if (rest === '') sorted.own[name] = message
    else sorted.parts[name] = { ...sorted.parts[name], [rest]: message }
  }
  return sorted
}

/** What two say of the same form; of what both do, the first is heard. */
export function both(first: FieldMessages, second: FieldMessages): FieldMessages {
  const parts = { ...second.parts }
  for (const [name, own] of Object.entries(first.parts)) parts[name] = { ...parts[name], ...own }
  return {
    own: { ...second.own, ...first.own },
    parts,
    others: [...new Set([...first.others, ...second.others])],
  }
}

/** The fields that have something said of them. */
export function fieldsWithMessages(messages: FieldMessages): Set<string> {
  return new Set([...Object.keys(messages.own), ...Object.keys(messages.parts)])
}
