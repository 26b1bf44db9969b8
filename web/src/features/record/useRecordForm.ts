import { useState } from 'react'
import { keepDraft, readDraft } from '../../api/drafts'
import type { Entity, Field, RecordData } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { effective, fieldOf } from '../../dictionary/model'
import { fieldUi } from '../../fields/registry'
import { isPending } from '../../fields/shared/files'
import { type FieldMessages, noMessages } from './messages'

export interface RecordForm {
  /** What was typed, by field; only what differs from the record. */
  edits: Record<string, unknown>
  dirty: boolean
  /** Edits of an earlier visit were found. */
  restored: boolean
  /** Version the edits were made on; `null` for a new record. */
  version: number | null
  messages: FieldMessages
  /** Fields whose text cannot be understood, with why. */
  misunderstood: Record<string, string>
  value(field: Field): unknown
  /** `stands`: what the field holds where nothing is typed, when it is not what the record says (a default). */
  set(field: Field, value: unknown, stands?: unknown): void
  setProblem(field: Field, message: string | null): void
  setMessages(messages: FieldMessages): void
  /** The record as the edits now stand on it, after somebody else's change was taken in. */
  rebase(version: number): void
  replaceEdits(edits: Record<string, unknown>): void
  discard(): void
  /** The properties to send; a file chosen here stands for itself until it is sent. */
  written(): Record<string, unknown>
}

interface State {
  edits: Record<string, unknown>
  version: number | null
  restored: boolean
}

/** Drafts hold what the API would be sent of each value, and what shows it again. */
const newId = 'new'

/** The edits of a record (or of one being made), kept over a reload of the page until they are saved or discarded. */
export function useRecordForm(
  entity: Entity,
  record: RecordData | null,
  prefill: Record<string, unknown> = {},
): RecordForm {
  const { dictionary } = useSurroundings()
  const env = dictionary.environment.name
  const id = record?.id ?? newId
  const [state, setState] = useState<State>(() => {
    const draft = readDraft(env, entity.name, id)
    return draft
      ? { edits: draft.edits, version: draft.version, restored: Object.keys(draft.edits).length > 0 }
      : { edits: prefill, version: record?.version ?? null, restored: false }
  })
  const [messages, setMessages] = useState<FieldMessages>(noMessages)
  const [misunderstood, setMisunderstood] = useState<Record<string, string>>({})

  const keep = (next: State) => {
    setState(next)
    keepDraft(
      env,
      entity.name,
      id,
      Object.keys(next.edits).length ? { version: next.version, edits: next.edits } : null,
    )
  }
  const base = (field: Field): unknown => (record ? fieldUi(field).read(record, effective(field)) : null)
  const value = (field: Field): unknown => (field.name in state.edits ? state.edits[field.name] : base(field))
  const set = (field: Field, next: unknown, stands?: unknown) => {
    const edits = { ...state.edits, [field.name]: next }
    if (same(field, next, stands ?? base(field))) delete edits[field.name]
    // The first edit fixes the version that the edits are made on.
    const version = Object.keys(state.edits).length === 0 ? (record?.version ?? null) : state.version
    keep({ edits, version, restored: state.restored })
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
    version: state.version,
    messages,
    misunderstood,
    value,
    set,
    setProblem: (field, message) =>
      setMisunderstood((before) => {
        const { [field.name]: _gone, ...rest } = before
        return message === null ? rest : { ...rest, [field.name]: message }
      }),
    setMessages,
    rebase: (version) => keep({ ...state, version }),
    replaceEdits: (edits) => keep({ ...state, edits }),
    discard: () => {
      keep({ edits: prefill, version: record?.version ?? null, restored: false })
      keepDraft(env, entity.name, id, null)
      setMessages(noMessages)
      setMisunderstood({})
    },
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
