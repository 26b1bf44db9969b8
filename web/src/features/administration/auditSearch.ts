import type { JournalQuery } from '../../api/source'
import { instantOf } from '../../format/dates'
import type { Manner } from '../../format/locale'

/** What of the journal is shown, as its address says. */
export interface AuditSearch {
  person?: { id: string; title: string }
  /** Changes that Tisserand made by itself. */
  system?: boolean
  collection?: string
  record?: string
  from?: string
  to?: string
  operation?: string
  origin?: string
}

export const operations = ['create', 'update', 'delete'] as const
export const origins = ['web', 'api', 'import', 'sync', 'flow', 'script', 'restore', 'system'] as const

export function auditSearchOf(search: Record<string, unknown>): AuditSearch {
  const found: AuditSearch = {}
  const { person } = search
  if (person && typeof person === 'object' && 'id' in person && typeof person.id === 'string')
    found.person = { id: person.id, title: 'title' in person ? String(person.title) : '' }
  if (search.system === true) found.system = true
  for (const name of ['collection', 'record', 'operation', 'origin'] as const) {
    const value = search[name]
    if (typeof value === 'string' && value) found[name] = value
  }
  for (const name of ['from', 'to'] as const) {
    const value = search[name]
    if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) found[name] = value
  }
  return found
}

/** What to ask: days are those of the environment, the last one included. */
export function journalQueryOf(search: AuditSearch, manner: Manner): JournalQuery {
  const begin = (day: string | undefined) => (day ? (instantOf(`${day}T00:00`, manner) ?? undefined) : undefined)
  return {
    person: search.system ? 'system' : search.person?.id,
    collection: search.collection,
    record: search.record,
    operation: search.operation,
    origin: search.origin,
    from: begin(search.from),
    to: begin(search.to ? dayAfter(search.to) : undefined),
  }
}

function dayAfter(day: string): string {
  const next = new Date(`${day}T12:00:00Z`)
  next.setUTCDate(next.getUTCDate() + 1)
  return next.toISOString().slice(0, 10)
}
