/** What was typed in a form and not saved, kept for this tab so that a reload loses nothing. */
export interface Draft {
  /** Version of the record when the typing began; absent for a new record. */
  version: number | null
  edits: Record<string, unknown>
}

function keyOf(env: string, entity: string, id: string): string {
  return `tisserand.draft ${env} ${entity} ${id}`
}

export function readDraft(env: string, entity: string, id: string): Draft | null {
  try {
    const kept = sessionStorage.getItem(keyOf(env, entity, id))
    return kept ? (JSON.parse(kept) as Draft) : null
  } catch {
    return null // storage forbidden, or not ours: there is no draft
  }
}

export function keepDraft(env: string, entity: string, id: string, draft: Draft | null): void {
  try {
    if (draft === null) sessionStorage.removeItem(keyOf(env, entity, id))
    // Files cannot be kept here: their fields are left out, the rest comes back.
    else
      sessionStorage.setItem(
        keyOf(env, entity, id),
        JSON.stringify(draft, (_key, value) => (value?.pending instanceof File ? undefined : value)),
      )
  } catch {
    // storage forbidden or full: the form goes on without a draft
  }
}
