import { useState } from 'react'
import type { Entity, Field, RecordData } from '../../api/types'
import type { Said } from '../../device/answer'
import { useAnswer } from '../../device/useAnswer'
import { effective, fieldOf } from '../../dictionary/model'
import { fieldUi } from '../../fields/registry'
import { type FieldMessages, sortMessages } from './messages'
import type { RecordForm } from './useRecordForm'

/** How a form behaves as one types: which fields it shows and opens, what it computes, and what it says of them, and when. */
export interface Conduct {
  isVisible(field: Field): boolean
  isEditable(field: Field): boolean
  isRequired(field: Field): boolean
  /** What a field will be, where nobody typed it: computed, or by default. `undefined` when only the server knows. */
  worth(field: Field): unknown
  lines(field: Field): Record<string, Said>[]
  /** What is said of a field now. */
  own(field: Field): string | undefined
  parts(field: Field): Record<string, string>
  /** All that is said now. */
  messages: FieldMessages
  /** Somebody tried to save: everything is said. */
  insists: boolean
  /** A field, or a cell of a line, is typed in; and is left. */
  enter(path: string): void
  leave(path: string): void
  /** Fields not shown that hold what the server would refuse. */
  hiddenFaults: string[]
  /** From now on everything is said. Returns the fields that nobody may save as they are. */
  insist(): string[]
}

/** A part of a form with nothing to show yet, or no longer. */
const empty = (value: unknown) => value === null || value === undefined

/**
 * Nothing is said of a field while it is typed in for the first time, nor of one that was not reached yet; of rules, once any field was
 * left. A field that is not shown is nobody's fault.
 */
export function useConduct(entity: Entity, record: RecordData | null, form: RecordForm): Conduct {
  const { answer, isLoading } = useAnswer(entity, record, form.edits)
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [at, setAt] = useState<string | null>(null)
  const [insists, setInsists] = useState(false)

  const said = (field: Field): Said => answer?.fields[field.name] ?? {}
  const isVisible = (field: Field) => {
    const { visible } = said(field)
    if (answer && typeof visible !== 'object') return visible ?? true
    // Nobody here knows: what says something is shown, and what may say something unless the answer is on its way.
    return !field.visible || !(isLoading && empty(form.value(field)))
  }
  const blocking = (answer?.problems ?? []).filter((problem) => {
    const field = fieldOf(entity, problem.field.split(/[.[]/)[0] ?? '')
    return !field || isVisible(field)
  })
  const told = blocking.filter(({ field, code }) => {
    if (insists) return true
    if (field === at && !left.has(field)) return false
    return left.has(field) || (code !== 'required' && code !== 'not_editable' && (left.size > 0 || field === ''))
  })
  const typed = form.dirty || insists
  const messages = sortMessages(entity, {})
  if (typed) {
    for (const problem of told) {
      if (problem.field === '') messages.others.push(problem.message)
      else {
        const one = sortMessages(entity, { [problem.field]: problem.message })
        for (const [name, message] of Object.entries(one.own)) messages.own[name] ??= message
        for (const [name, parts] of Object.entries(one.parts))
          messages.parts[name] = { ...parts, ...messages.parts[name] }
      }
    }
  }
  const hiddenFaults = (answer?.problems ?? [])
    .map(({ field }) => field)
    .filter((name) => {
      const field = fieldOf(entity, name)
      return field && !isVisible(field)
    })
  return {
    isVisible,
    isEditable: (field) => said(field).editable !== false,
    isRequired: (field) => said(field).required ?? field.required,
    worth: (field) => {
      const { value } = said(field)
      if (value === undefined) return undefined
      return value === null ? null : fieldUi(field).read({ id: '', [field.name]: value }, effective(field))
    },
    lines: (field) => answer?.lines[field.name] ?? [],
    own: (field) => messages.own[field.name],
    parts: (field) => messages.parts[field.name] ?? {},
    messages,
    insists,
    hiddenFaults,
    enter: setAt,
    leave: (path) => {
      setAt(null)
      if (!left.has(path)) setLeft(new Set([...left, path]))
    },
    insist: () => {
      setInsists(true)
      const fields = blocking.flatMap(({ field }) => {
        const name = field.split(/[.[]/)[0] ?? ''
        return name && fieldOf(entity, name) ? [name] : []
      })
      return [...new Set(fields)]
    },
  }
}
