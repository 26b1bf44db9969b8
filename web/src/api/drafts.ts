import { openPages, page, pageBefore } from './pages'

/** What was typed in a field and is no value of it. */
export interface Misunderstood {
  why: string
  /** Absent where it is no text, such as a file. */
  text?: string | undefined
}

/** What was typed in a form and not saved, kept on this device until it is saved or given up (decision 0100). */
export interface Draft {
  /** Version of the record when the typing began; `null` for a new record. */
  version: number | null
  edits: Record<string, unknown>
  /** What could not be understood, by field. */
  misunderstood?: Record<string, Misunderstood>
  /** When it was last typed in, milliseconds since 1970. */
  at: number
  /** Files had been chosen too: they cannot be kept. */
  withoutFiles?: boolean
  /** The form was left, and this kept for later. */
  left?: boolean
}

/** Whose draft, of which record. */
export interface DraftPlace {
  person: string
  env: string
  entity: string
  /** Of the record; `new` for one being made. */
  id: string
}

/** A draft of another page, or that was left in this one. */
export interface FoundDraft extends Draft {
  /** What drops it. */
  key: string
}

/** Nobody goes on after that long. */
const keptMs = 30 * 24 * 3_600_000
const prefix = 'tisserand.draft '

function beginOf({ person, env, entity, id }: DraftPlace): string {
  return `${prefix}${person} ${env} ${entity} ${id} `
}

/** Drafts that a reload of this tab took over: their forms go on as if nothing had happened. */
const takenOver = takeOver()

function takeOver(): Set<string> {
  const taken = new Set<string>()
  if (!pageBefore) return taken
  for (const key of keysOf(prefix)) {
    if (!key.endsWith(` ${pageBefore}`)) continue
    const draft = readAt(key)
    if (!draft || draft.left) continue
    const own = key.slice(0, -pageBefore.length) + page
    if (writeAt(own, draft)) {
      dropDraft(key)
      taken.add(own)
    }
  }
  return taken
}

/** Takes what was typed in an environment along to the name that it has now. */
export function moveDrafts(from: string, to: string): void {
  for (const key of keysOf(prefix)) {
    const [person, env, ...rest] = key.slice(prefix.length).split(' ')
    const draft = env === from ? readAt(key) : null
    if (draft && writeAt(`${prefix}${[person, to, ...rest].join(' ')}`, draft)) dropDraft(key)
  }
}

/** What was typed here before this tab was reloaded. */
export function reloadedDraft(place: DraftPlace): Draft | null {
  const key = beginOf(place) + page
  return takenOver.has(key) ? readAt(key) : null
}

/** What was typed here in pages that are gone, or left in this one; the latest first. */
export async function foundDrafts(place: DraftPlace): Promise<FoundDraft[]> {
  const begin = beginOf(place)
  const keys = keysOf(begin)
  if (keys.length === 0) return []
  const others = await openPages()
  others.delete(page)
  const found = keys
    .filter((key) => !others.has(key.slice(begin.length)))
    .flatMap((key) => {
      const draft = readAt(key)
      return draft && holdsSomething(draft) ? [{ ...draft, key }] : []
    })
  return found.sort((a, b) => b.at - a.at)
}

/** Whether anything was typed. */
export function holdsSomething({ edits, misunderstood }: Pick<Draft, 'edits' | 'misunderstood'>): boolean {
  return Object.keys(edits).length > 0 || Object.keys(misunderstood ?? {}).length > 0
}

/** Keeps what is typed in a form of this page; `null` forgets it. */
export function keepDraft(place: DraftPlace, draft: Draft | null): void {
  const key = beginOf(place) + page
  if (draft === null) dropDraft(key)
  else writeAt(key, draft)
  if (draft === null || draft.left) takenOver.delete(key)
}

/** What was typed since these edits were sent. */
export function notSettled(edits: Record<string, unknown>, sent: Record<string, unknown>): Record<string, unknown> {
  const left = Object.entries(edits).filter(([name, value]) => {
    if (!(name in sent)) return true
    return value !== sent[name] && told(value) !== told(sent[name])
  })
  return Object.fromEntries(left)
}

/** A value as text; a file is what it is called and when it was made, not what it holds. */
function told(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    part instanceof File ? [part.name, part.size, part.lastModified] : part,
  )
}

/** These edits of this page were saved, giving that version: what was typed since stays. */
export function settleDraft(place: DraftPlace, sent: Record<string, unknown>, version: number | null): void {
  const draft = ownDraft(place)
  if (!draft) return
  const edits = notSettled(draft.edits, sent)
  keepDraft(place, holdsSomething({ ...draft, edits }) ? { ...draft, edits, version } : null)
}

/** The draft of this page, whatever became of its form. */
export function ownDraft(place: DraftPlace): Draft | null {
  return readAt(beginOf(place) + page)
}

export function dropDraft(key: string): void {
  try {
    localStorage.removeItem(key)
  } catch {
    // storage forbidden: nothing was kept
  }
}

/** Puts back a draft that was dropped. */
export function restoreDraft({ key, ...draft }: FoundDraft): void {
  writeAt(key, draft)
}

/** Forgets drafts that nobody came back to. */
export function sweepDrafts(now: number): void {
  for (const key of keysOf(prefix)) {
    const draft = readAt(key)
    if (!draft || now - draft.at > keptMs) dropDraft(key)
  }
}

function keysOf(begin: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(begin))
  } catch {
    return []
  }
}

function readAt(key: string): Draft | null {
  try {
    const kept = localStorage.getItem(key)
    return kept ? (JSON.parse(kept) as Draft) : null
  } catch {
    return null // storage forbidden, or not ours: there is no draft
  }
}

function writeAt(key: string, draft: Draft): boolean {
  try {
    let withoutFiles = draft.withoutFiles ?? false
    const text = JSON.stringify(draft.edits, (_key, value) => {
      if (!(value?.pending instanceof File)) return value
      withoutFiles = true
      return undefined
    })
    localStorage.setItem(key, JSON.stringify({ ...draft, edits: JSON.parse(text), withoutFiles }))
    return true
  } catch {
    return false // storage forbidden or full: the form goes on without a draft
  }
}
