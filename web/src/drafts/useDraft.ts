import { useEffect, useMemo, useState } from 'react'
import {
  type Draft,
  type DraftPlace,
  dropDraft,
  type FoundDraft,
  foundDrafts,
  holdsSomething,
  keepDraft,
  ownDraft,
  reloadedDraft,
  restoreDraft,
} from '../api/drafts'
import type { Entity } from '../api/types'
import { useSurroundings } from '../dictionary/context'
import { deviceOwner } from '../dictionary/model'
import { now } from '../format/now'

/** What drafts are kept under for a record that is being made. */
const newId = 'new'

/** Where the drafts of a record, or of one being made, are kept for whoever is signed in. */
export function useDraftPlace(entity: Pick<Entity, 'name'>, id: string | null): DraftPlace {
  const { dictionary } = useSurroundings()
  const person = deviceOwner(dictionary.me)
  const env = dictionary.environment.name
  return useMemo(() => ({ person, env, entity: entity.name, id: id ?? newId }), [person, env, entity.name, id])
}

export interface Drafts {
  /** What was typed before this tab was reloaded. */
  reloaded: Draft | null
  /** The latest of what was typed earlier and left: it waits to be asked for. */
  offered: FoundDraft | null
  keep(draft: Omit<Draft, 'at'>): void
  /** Forgets what is typed in this form. */
  forget(): void
  /** Keeps it for later, as a draft that is offered. */
  setAside(): void
  /** Takes the offered draft out of those that wait: it is typed in again. */
  takeUp(): void
  /** Drops the offered draft; returns how to have it back. */
  turnDown(): () => void
}

/** What was typed in the form of a record on this device, in this page and in others. */
export function useDraft(place: DraftPlace): Drafts {
  const [reloaded] = useState(() => reloadedDraft(place))
  const [found, setFound] = useState<FoundDraft[]>([])
  useEffect(() => {
    let here = true
    // What is typed in this form already is not offered to it.
    if (!reloaded) void foundDrafts(place).then((drafts) => here && setFound(drafts))
    return () => {
      here = false
    }
  }, [place, reloaded])
  const offered = found[0] ?? null
  const without = (draft: FoundDraft) => setFound((drafts) => drafts.filter(({ key }) => key !== draft.key))
  return {
    reloaded,
    offered,
    keep: (draft) => keepDraft(place, holdsSomething(draft) ? { ...draft, at: now().getTime() } : null),
    forget: () => keepDraft(place, null),
    setAside: () => {
      const draft = ownDraft(place)
      if (draft) keepDraft(place, { ...draft, left: true })
      void foundDrafts(place).then(setFound)
    },
    takeUp: () => {
      if (!offered) return
      dropDraft(offered.key)
      without(offered)
    },
    turnDown: () => {
      if (!offered) return () => {}
      dropDraft(offered.key)
      without(offered)
      return () => {
        restoreDraft(offered)
        setFound((drafts) => [offered, ...drafts])
      }
    },
  }
}
