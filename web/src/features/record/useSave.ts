import { useIsMutating, useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { noteMade } from '../../api/cache'
import { settleDraft } from '../../api/drafts'
import { keys } from '../../api/keys'
import { asProblem, Problem } from '../../api/problem'
import type { Entity, RecordData } from '../../api/types'
import { useStanding } from '../../app/source'
import { useSurroundings } from '../../dictionary/context'
import { titleOf } from '../../dictionary/model'
import { problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import { sortMessages } from './messages'
import { sendFiles } from './sendFiles'
import type { Conduct } from './useConduct'
import type { RecordForm } from './useRecordForm'

type Edits = Record<string, unknown>

interface Update {
  id: string
  /** What the record must still be at. */
  version: number | null
  /** What is sent, and what of it is given up in favour of somebody else's. */
  edits: Edits
  except?: string[]
}

/**
 * Sends a form: the bytes of its files first, then everything in one write. Messages of the server go to their fields. A save waits while
 * the server cannot answer, and goes on when the form was left meanwhile: what was typed is then dropped from this device once it is saved.
 */
export function useSave(entity: Entity, form: RecordForm, conduct: Conduct) {
  const { dictionary, source, t, label } = useSurroundings()
  const client = useQueryClient()
  const standing = useStanding()
  const env = dictionary.environment.name
  const here = useRef(true)
  useEffect(() => {
    here.current = true
    return () => {
      here.current = false
    }
  }, [])

  /** Everything typed but `except`, and but what would be refused of fields that are not shown: nobody could mend it. */
  const sent = (except: string[] = []) => {
    const written = form.written()
    for (const name of [...except, ...conduct.hiddenFaults]) {
      delete written[name]
      delete written[`${name}_id`]
    }
    return written
  }
  const held = useRef(new AbortController())
  const told = (fault: unknown) => {
    // Taken back by whoever sent it.
    if (fault instanceof DOMException && fault.name === 'AbortError') return
    if (fault instanceof Problem && fault.details.fields) form.setMessages(sortMessages(entity, fault.details.fields))
    if (here.current) return
    const problem = asProblem(fault)
    const { title, hint } = problemWords(problem, t)
    say({ tone: 'danger', text: t('record.notSavedLater', { what: label(entity.label), why: title }), hint })
  }
  /** The form may be gone: then this is where one hears of it. */
  const saved = (record: RecordData | null, edits: Edits) => {
    if (here.current) return
    settleDraft(form.place, edits, record?.version ?? null)
    if (record) say({ tone: 'done', text: t('record.savedLater', { title: titleOf(record) || t('list.unnamed') }) })
  }
  const mutationKey = [...keys.record(env, entity.name, form.place.id), 'save']
  // One after the other: what a form that was left still sends comes first.
  const scope = { id: mutationKey.join(' ') }
  const create = useMutation({
    mutationKey,
    scope,
    mutationFn: async (_asked: { edits: Edits }) => {
      const written = await sendFiles(source, sent())
      const record = await source.create(entity.collection, written, { signal: held.current.signal })
      noteMade(client, env, entity.name, record.id)
      return record
    },
    onSuccess: (record, { edits }) => saved(record, edits),
    onError: told,
  })
  const update = useMutation({
    mutationKey,
    scope,
    mutationFn: async ({ id, version, except = [] }: Update) => {
      const written = sent(except)
      let record: RecordData | null = null
      if (Object.keys(written).length) {
        const whole = await sendFiles(source, written)
        const options = { signal: held.current.signal }
        record = await source.update(entity.collection, id, whole, version ?? undefined, options)
      }
      await Promise.all([
        client.invalidateQueries({ queryKey: keys.record(env, entity.name, id) }),
        client.invalidateQueries({ queryKey: keys.history(env, entity.name, id) }),
      ])
      return record
    },
    onSuccess: (record, { edits }) => saved(record, edits),
    onError: told,
  })
  const pending = useIsMutating({ mutationKey }) > 0
  /** What is being saved here, or by a form of this record that was left, waits for the server or for somebody to sign in again. */
  const waits = pending && !(standing.reachable && standing.signedIn)
  /** Takes back what this form sent, if it still waits. */
  const abandon = () => {
    if (!waits) return
    held.current.abort()
    held.current = new AbortController()
    create.reset()
    update.reset()
  }
  return { create, update, waits, abandon }
}
