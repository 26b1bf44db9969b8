import type { ListQuery } from '../api/source'

/** The list of an entity as it was last looked at: how to come back to it, and which records are neighbours. */
export interface LastList {
  query: ListQuery
  /** State of the address. */
  search: object
  /** Record opened from it. */
  opened?: string | undefined
}

const lists = new Map<string, LastList>()

export function noteList(env: string, entity: string, list: LastList): void {
  const before = lists.get(`${env} ${entity}`)
  lists.set(`${env} ${entity}`, { opened: before?.opened, ...list })
}

export function noteOpened(env: string, entity: string, id: string): void {
  const before = lists.get(`${env} ${entity}`)
  if (before) lists.set(`${env} ${entity}`, { ...before, opened: id })
}

export function lastList(env: string, entity: string): LastList | undefined {
  return lists.get(`${env} ${entity}`)
}
