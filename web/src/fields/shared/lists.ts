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

/** Tags in the order of the field's list, Monday before Friday; those the list no longer has come last. */
export function inListOrder(dictionary: Dictionary, field: Field, tags: string[]): string[] {
  const order = field.list ? (dictionary.lists[field.list]?.values ?? []).map((value) => value.tag) : []
  return [...order.filter((tag) => tags.includes(tag)), ...tags.filter((tag) => !order.includes(tag))]
}
