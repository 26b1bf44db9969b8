import { useRef, useState } from 'react'
import { type DraftPlace, type FoundDraft, holdsSomething, type Misunderstood, notSettled } from '../../api/drafts'
import type { Entity, Field, RecordData } from '../../api/types'
import { effective, fieldOf } from '../../dictionary/model'
import { useDraft, useDraftPlace } from '../../drafts/useDraft'
import { fieldUi } from '../../fields/registry'
import { isPending } from '../../fields/shared/files'
import { type FieldMessages, noMessages } from './messages'

export interface RecordForm {
  /** What was typed, by field; only what differs from the record. */
  edits: Record<string, unknown>
  dirty: boolean
  /** Edits of an earlier visit were found. */
  restored: boolean
  /** Files had been chosen then, which are not there any more. */
  withoutFiles: boolean
  /** Version the edits were made on; `null` for a new record. */
  version: number | null
  messages: FieldMessages
  /** Fields whose text cannot be understood. */
  misunderstood: Record<string, Misunderstood>
  /** Something was typed, be it understood or not. */
  typed: boolean
  value(field: Field): unknown
  /** `stands`: what the field holds where nothing is typed, when it is not what the record says (a default). */
  set(field: Field, value: unknown, stands?: unknown): void
  setProblem(field: Field, message: string | null, text?: string): void
  setMessages(messages: FieldMessages): void
  /** The record as the edits now stand on it, after somebody else's change was taken in. */
  rebase(version: number): void
  discard(): void
  /** Leaves the form; what was typed is kept for later. */
  setAside(): void
  /** These edits were saved, giving that version: whether nothing was typed since. */
  settle(sent: Record<string, unknown>, version: number | null): boolean
  place: DraftPlace
  /** What was typed at another time and waits to be taken up again. */
  offered: FoundDraft | null
  takeUp(edits: Record<string, unknown>, version: number | null): void
  /** Drops what is offered; returns how to have it back. */
  turnDown(): () => void
  /** The properties to send; a file chosen here stands for itself until it is sent. */
  written(): Record<string, unknown>
}

interface State {
  edits: Record<string, unknown>
  version: number | null
  restored: boolean
  misunderstood: Record<string, Misunderstood>
  withoutFiles?: boolean | undefined
}

/** The edits of a record (or of one being made), kept on this device until they are saved or given up. */
export function useRecordForm(
  entity: Entity,
  record: RecordData | null,
  prefill: Record<string, unknown> = {},
): RecordForm {
  const place = useDraftPlace(entity, record?.id ?? null)
  const drafts = useDraft(place)
  const [state, setState] = useState<State>(() => {
    const draft = drafts.reloaded
    return draft
      ? {
          edits: draft.edits,
          version: draft.version,
          restored: holdsSomething(draft),
          misunderstood: draft.misunderstood ?? {},
          withoutFiles: draft.withoutFiles,
        }
      : { edits: prefill, version: record?.version ?? null, restored: false, misunderstood: {} }
  })
  const [messages, setMessages] = useState<FieldMessages>(noMessages)
  // What a save that took its time comes back to is the form as it is then.
  const latest = useRef(state)

  const hold = (next: State) => {
    latest.current = next
    setState(next)
  }
  const keep = (next: State) => {
    hold(next)
    const { edits, version, misunderstood } = next
    drafts.keep({ edits, version, misunderstood })
  }
  const clear = () => {
    hold({ edits: prefill, version: record?.version ?? null, restored: false, misunderstood: {} })
    setMessages(noMessages)
  }
  const base = (field: Field): unknown => (record ? fieldUi(field).read(record, effective(field)) : null)
  const value = (field: Field): unknown => (field.name in state.edits ? state.edits[field.name] : base(field))
  const set = (field: Field, next: unknown, stands?: unknown) => {
    const edits = { ...latest.current.edits, [field.name]: next }
    if (same(field, next, stands ?? base(field))) delete edits[field.name]
    // The first edit fixes the version that the edits are made on.
    const version = Object.keys(latest.current.edits).length === 0 ? (record?.version ?? null) : latest.current.version
    keep({ ...latest.current, edits, version })
    if (messages.own[field.name] || messages.parts[field.name]) {
      const { [field.name]: _own, ...own } = messages.own
      const { [field.name]: _parts, ...parts } = messages.parts
      setMessages({ ...messages, own, parts })
    }
  }
  return {
    edits: state.edits,
    dirty: Object.keys(state.edits).length > 0,
    restored: state.restored,
    withoutFiles: state.withoutFiles ?? false,
    version: state.version,
    messages,
    misunderstood: state.misunderstood,
    typed: holdsSomething(state),
    value,
    set,
    setProblem: (field, message, text) => {
      const { [field.name]: known, ...others } = latest.current.misunderstood
      if (message === null && !known) return
      const misunderstood = message === null ? others : { ...others, [field.name]: { why: message, text } }
      keep({ ...latest.current, misunderstood })
    },
    setMessages,
    rebase: (version) => keep({ ...latest.current, version }),
    discard: () => {
      clear()
      drafts.forget()
    },
    setAside: () => {
      clear()
      drafts.setAside()
    },
    settle: (sent, version) => {
      const left = notSettled(latest.current.edits, sent)
      keep({ ...latest.current, edits: left, version, restored: false })
      return !holdsSomething(latest.current)
    },
    place,
    offered: drafts.offered,
    takeUp: (edits, version) => {
      drafts.takeUp()
      const { misunderstood = {}, withoutFiles } = drafts.offered ?? {}
      keep({ edits, version, restored: true, misunderstood, withoutFiles })
    },
    turnDown: drafts.turnDown,
    written: () =>
      Object.fromEntries(
        Object.entries(state.edits).flatMap(([name, held]) => {
          const field = fieldOf(entity, name)
          return field ? Object.entries(fieldUi(field).write(held, field)) : []
        }),
      ),
  }
}

/** Whether two values say the same to the API. */
export function same(field: Field, a: unknown, b: unknown): boolean {
  if (isPending(a) || isPending(b)) return false
  const ui = fieldUi(field)
  return JSON.stringify(ui.echo(a, field)) === JSON.stringify(ui.echo(b, field))
}
