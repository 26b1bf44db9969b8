import type { Dictionary, Field, ListValue } from '../../api/types'

/** The value of a field's list with that tag. */
export function listValueOf(dictionary: Dictionary, field: Field, tag: string): ListValue | undefined {
  return field.list ? dictionary.lists[field.list]?.values.find((value) => value.tag === tag) : undefined
}

/** What a field may choose: the active values of its list, and those it holds already. */
export function offeredValues(dictionary: Dictionary, field: Field, held: string[]): ListValue[] {
  const values = field.list ? (dictionary.lists[field.list]?.values ?? []) : []
  return values.filter((value) => value.active || held.includes(value.tag))
}
