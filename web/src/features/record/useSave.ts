import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { noteMade } from '../../api/cache'
import { keys } from '../../api/keys'
import { Problem } from '../../api/problem'
import type { Entity, RecordData } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { say } from '../../ui/toasts'
import { sortMessages } from './messages'
import type { RecordForm } from './useRecordForm'

/** Sends a form: the properties first, then each file. Messages of the server go to their fields. */
export function useSave(entity: Entity, form: RecordForm) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const client = useQueryClient()
  const env = dictionary.environment.name

  const sendFiles = async (id: string) => {
    for (const [field, file] of form.files()) {
      try {
        if (file) await source.putFile(entity.collection, id, field, file)
        else await source.removeFile(entity.collection, id, field)
      } catch (fault) {
        // The record itself is saved: said as it is, and the rest goes on.
        const hint = fault instanceof Problem ? fault.message : undefined
        say({ tone: 'danger', text: t('fields.file.sendFailed', { name: file?.name ?? field }), hint })
      }
    }
  }
  const told = (fault: unknown) => {
    if (fault instanceof Problem && fault.details.fields) form.setMessages(sortMessages(entity, fault.details.fields))
  }
  const create = useMutation({
    mutationFn: async () => {
      const record = await source.create(entity.collection, form.written())
      noteMade(client, env, entity.name, record.id)
      await sendFiles(record.id)
      return record
    },
    onError: told,
  })
  const update = useMutation({
    /** `version`: what the record must still be at; `except`: fields given up in favour of somebody else's. */
    mutationFn: async ({ id, version, except = [] }: { id: string; version: number | null; except?: string[] }) => {
      const written = form.written()
      for (const name of except) {
        delete written[name]
        delete written[`${name}_id`]
      }
      let saved: RecordData | null = null
      if (Object.keys(written).length) saved = await source.update(entity.collection, id, written, version ?? undefined)
      await sendFiles(id)
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
