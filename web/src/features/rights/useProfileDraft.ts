import { useState } from 'react'
import type { Draft } from '../../api/drafts'
import type { Profile } from '../../api/types'
import { useDraft, useDraftPlace } from '../../drafts/useDraft'

/** Under a name that no entity has. */
const kind = { name: '$profile' }

export interface ProfileDraft {
  /** As it is being changed. */
  profile: Profile
  /** Whether anything is changed. */
  typed: boolean
  /** Typed before this tab was reloaded. */
  restored: boolean
  /** Changed by somebody since what is being changed was begun: saving puts this in its place. */
  outdated: boolean
  /** When what was typed at another time and left was last typed in; `null` where nothing was. */
  offered: number | null
  put(profile: Profile): void
  takeUp(): void
  /** Gives up what is offered; returns how to have it back. */
  turnDown(): () => void
  /** Gives up what is typed. */
  forget(): void
  /** Keeps it for later. */
  setAside(): void
}

interface Kept {
  profile: Profile
  /** What it said when the changing began. */
  from: Profile
}

/** A profile that is being changed, kept on this device until it is saved or given up (decision 0100). */
export function useProfileDraft(known: Profile): ProfileDraft {
  const drafts = useDraft(useDraftPlace(kind, known.name))
  const [kept, setKept] = useState<Kept>(() => keptIn(drafts.reloaded) ?? { profile: known, from: known })
  const typed = !same(kept.profile, kept.from)
  // Where nothing is changed, it is what it has become meanwhile.
  const { profile, from } = typed ? kept : { profile: known, from: known }
  return {
    profile,
    typed,
    restored: drafts.reloaded !== null && typed,
    outdated: typed && !same(from, known),
    offered: typed ? null : (drafts.offered?.at ?? null),
    put: (next) => {
      setKept({ profile: next, from })
      if (same(next, from)) drafts.forget()
      else drafts.keep({ version: null, edits: { profile: next, from } })
    },
    takeUp: () => {
      const found = keptIn(drafts.offered)
      if (!found) return
      drafts.takeUp()
      setKept(found)
      drafts.keep({ version: null, edits: { ...found } })
    },
    turnDown: drafts.turnDown,
    forget: () => {
      setKept({ profile: known, from: known })
      drafts.forget()
    },
    setAside: drafts.setAside,
  }
}

function keptIn(draft: Draft | null): Kept | null {
  const { profile, from } = draft?.edits ?? {}
  return profile && from ? { profile: profile as Profile, from: from as Profile } : null
}

function same(one: Profile, other: Profile): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
