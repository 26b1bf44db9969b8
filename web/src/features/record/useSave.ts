import { useMutation, useQueryClient } from '@tanstack/react-query'
import { noteMade } from '../../api/cache'
import { keys } from '../../api/keys'
import { Problem } from '../../api/problem'
import type { Entity, RecordData } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { sortMessages } from './messages'
import { sendFiles } from './sendFiles'
import type { Conduct } from './useConduct'
import type { RecordForm } from './useRecordForm'

/** Sends a form: the bytes of its files first, then everything in one write. Messages of the server go to their fields. */
export function useSave(entity: Entity, form: RecordForm, conduct: Conduct) {
  const { dictionary, source } = useSurroundings()
  const client = useQueryClient()
  const env = dictionary.environment.name

  /** Everything typed but `except`, and but what would be refused of fields that are not shown: nobody could mend it. */
  const sent = (except: string[] = []) => {
    const written = form.written()
    for (const name of [...except, ...conduct.hiddenFaults]) {
      delete written[name]
      delete written[`${name}_id`]
    }
    return written
  }
  const told = (fault: unknown) => {
    if (fault instanceof Problem && fault.details.fields) form.setMessages(sortMessages(entity, fault.details.fields))
  }
  const create = useMutation({
    mutationFn: async () => {
      const record = await source.create(entity.collection, await sendFiles(source, sent()))
      noteMade(client, env, entity.name, record.id)
      return record
    },
    onError: told,
  })
  const update = useMutation({
    /** `version`: what the record must still be at; `except`: fields given up in favour of somebody else's. */
    mutationFn: async ({ id, version, except = [] }: { id: string; version: number | null; except?: string[] }) => {
      const written = sent(except)
      let saved: RecordData | null = null
      if (Object.keys(written).length) {
        saved = await source.update(entity.collection, id, await sendFiles(source, written), version ?? undefined)
      }
      await Promise.all([
        client.invalidateQueries({ queryKey: keys.record(env, entity.name, id) }),
        client.invalidateQueries({ queryKey: keys.history(env, entity.name, id) }),
      ])
      return saved
    },
    onError: told,
  })
  return { create, update }
}
