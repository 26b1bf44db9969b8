import type { InfiniteData, Query, QueryClient, QueryKey } from '@tanstack/react-query'
import { keys } from './keys'
import type { EnvironmentSource, ListQuery } from './source'
import type { Page, RecordData } from './types'
import { allOf, oneOf } from './where'

type Pages = InfiniteData<Page, unknown>

/** Pages with each row put through `change`; `null` takes the row out. Pages without a change stay the same objects. */
export function mapRows(pages: Pages, change: (row: RecordData) => RecordData | null): Pages {
  let touched = false
  const next = pages.pages.map((page) => {
    let pageTouched = false
    const value: RecordData[] = []
    for (const row of page.value) {
      const changed = change(row)
      if (changed !== row) pageTouched = true
      if (changed) value.push(changed)
    }
    if (!pageTouched) return page
    touched = true
    const removed = page.value.length - value.length
    const count = page['@odata.count']
    return { ...page, value, ...(count === undefined ? {} : { '@odata.count': count - removed }) }
  })
  return touched ? { ...pages, pages: next } : pages
}

/** Takes records out of every list kept; returns how to put the lists back as they were. */
export function dropRows(client: QueryClient, env: string, entity: string, ids: string[]): () => void {
  const kept = client.getQueriesData<Pages>({ queryKey: keys.lists(env, entity) })
  client.setQueriesData<Pages>({ queryKey: keys.lists(env, entity) }, (pages) =>
    pages ? mapRows(pages, (row) => (ids.includes(row.id) ? null : row)) : pages,
  )
  return () => {
    for (const [key, data] of kept) if (data) client.setQueryData(key, data)
  }
}

/** Records made on this screen: their lists were read anew already, so they are no news. */
const madeHere = new Set<string>()

/** After making a record: lists of its entity are read anew when next shown. */
export function noteMade(client: QueryClient, env: string, entity: string, id: string): void {
  madeHere.add(id)
  client.removeQueries({ queryKey: keys.lists(env, entity) })
}

export function wasMadeHere(id: string): boolean {
  return madeHere.has(id)
}

/** Whether some list kept shows one of these records. */
function shows(pages: Pages | undefined, ids: Set<string>): boolean {
  return pages?.pages.some((page) => page.value.some((row) => ids.has(row.id))) ?? false
}

/**
 * Brings rows of every list kept up to date in place, asking for those rows only. A row that no longer passes the list's filter stays as it
 * was until the list is read again: nothing jumps under the eyes.
 */
export async function freshenRows(
  client: QueryClient,
  source: EnvironmentSource,
  at: { env: string; entity: string; collection: string },
  changed: string[],
): Promise<void> {
  const ids = new Set(changed)
  for (const [key, pages] of client.getQueriesData<Pages>({ queryKey: keys.lists(at.env, at.entity) })) {
    if (!pages || !shows(pages, ids)) continue
    const query = key[3] as ListQuery
    const where = allOf([query.where, oneOf('id', changed)])
    const asked: ListQuery = { ...query, top: changed.length, count: false }
    if (where) asked.where = where
    const page = await source.list(at.collection, asked)
    const fresh = new Map(page.value.map((row) => [row.id, row]))
    client.setQueryData<Pages>(key, (current) =>
      current ? mapRows(current, (row) => fresh.get(row.id) ?? row) : current,
    )
  }
}

/**
 * Reads anew what is shown under `queryKey`. A reading that is fetching its next page ends first: invalidated at once it would begin again
 * with the pages it had, and the person's wish to see more would be lost to somebody else's change. A first reading ends first too: told of a
 * change it would go on as it began, and what the server said before the change would pass for what it says now.
 */
export async function readAnew(client: QueryClient, queryKey: QueryKey): Promise<void> {
  const underWay = readings(client, queryKey).filter(
    (query) => query.state.fetchMeta?.fetchMore || query.state.data === undefined,
  )
  await Promise.all([
    client.invalidateQueries({ queryKey, predicate: (query) => !underWay.includes(query) }),
    ...underWay.map((query) => onceRead(client, query)),
  ])
}

/** Reads anew, once it was read, what is being read for the first time; the rest stays as it is. */
export async function readBegunAnew(client: QueryClient, queryKey: QueryKey): Promise<void> {
  const begun = readings(client, queryKey).filter((query) => query.state.data === undefined)
  await Promise.all(begun.map((query) => onceRead(client, query)))
}

function readings(client: QueryClient, queryKey: QueryKey): Query[] {
  return client.getQueryCache().findAll({ queryKey, fetchStatus: 'fetching' })
}

async function onceRead(client: QueryClient, query: Query): Promise<void> {
  await query.promise?.catch(() => undefined)
  await client.invalidateQueries({ queryKey: query.queryKey, exact: true })
}
