import { useState } from 'react'
import type { FoundDraft } from '../../api/drafts'
import type { Entity, RecordData, StaleChange } from '../../api/types'
import { link } from '../../app/source'
import { useSurroundings } from '../../dictionary/context'
import { type StaleWrite, staleWrite } from './conflict'
import type { RecordForm } from './useRecordForm'

/** Pages of a record's history that are read to tell what changed since a draft; an older one is told when it is saved. */
const pagesMax = 5

/**
 * Goes on with what was typed at another time. What others changed since in the same fields is shown first, one field by the other, as when
 * two people write at once.
 */
export function useTakeUp(entity: Entity, record: RecordData, form: RecordForm, begun: () => void) {
  const { source } = useSurroundings()
  const [behind, setBehind] = useState<{ draft: FoundDraft; stale: StaleWrite } | null>(null)
  const goOn = (edits: Record<string, unknown>, version: number | null) => {
    setBehind(null)
    form.takeUp(edits, version)
    begun()
  }
  const takeUp = async () => {
    const draft = form.offered
    if (!draft) return
    const current = record.version ?? null
    if (draft.version === null || draft.version === current || !link.read().reachable) {
      goOn(draft.edits, draft.version)
      return
    }
    const changes = await changesSince(draft.version)
    const stale = changes && staleWrite(entity, { ...changed, current: record, changes }, Object.keys(draft.edits))
    if (!stale) goOn(draft.edits, draft.version)
    else if (stale.conflicts.length === 0) goOn(draft.edits, current)
    else setBehind({ draft, stale })
  }
  /** What became of each property after that version; nothing when it cannot be told. */
  const changesSince = async (version: number): Promise<Record<string, StaleChange> | null> => {
    const changes: Record<string, StaleChange> = {}
    try {
      let page = await source.history(entity.collection, record.id)
      for (let read = 1; ; read += 1) {
        for (const entry of page.value) {
          if (entry.position <= version) return changes
          // Newest first: what it is now was seen before, what it was is further back.
          for (const [name, [from, to]] of Object.entries(entry.changes ?? {}))
            changes[name] = { from, to: changes[name]?.to ?? to, by: changes[name]?.by ?? entry.actor, at: entry.at }
        }
        const link = page['@odata.nextLink']
        if (!link) return changes
        if (read === pagesMax) return null
        page = await source.historyNext(link)
      }
    } catch {
      return null // told when it is saved
    }
  }
  return {
    takeUp,
    behind,
    later: () => setBehind(null),
    choose: (givenUp: string[]) => {
      if (!behind) return
      const edits = Object.entries(behind.draft.edits).filter(([name]) => !givenUp.includes(name))
      goOn(Object.fromEntries(edits), behind.stale.current.version ?? null)
    },
  }
}

/** The refusal that a write at the old version would get. */
const changed = { status: 412, code: 'stale', title: '' } as const
