import { useQueryClient } from '@tanstack/react-query'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Entity, RecordData } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { fieldOf, titleOf } from '../../dictionary/model'
import { fieldUi } from '../../fields/registry'
import { problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import type { Happening } from './happenings'
import { valuesFor, type When } from './happenings'
import type { Whose } from './useSeriesMove'
import { saidSpan } from './words'

interface Read {
  records: RecordData[]
  tooMany: boolean
}

/** Gives a happening that does not repeat other times, or to somebody else: at once on the screen, then on the server; can be taken back. */
export function useReschedule(entity: Entity, when: When) {
  const client = useQueryClient()
  const { source, dictionary, manner, t } = useSurroundings()
  const env = dictionary.environment.name
  const cached = keys.view(env, entity.name, 'happenings')

  return async function reschedule(happening: Happening, from: string, to: string, whose?: Whose): Promise<void> {
    const { record } = happening
    const title = titleOf(record) || t('list.unnamed')
    const values = valuesFor(when, manner, from, to)
    const held = Object.fromEntries(Object.keys(values).map((name) => [name, record[name] ?? null]))
    const field = whose && fieldOf(entity, whose.field)
    const ui = field && fieldUi(field)
    const before = field && ui ? ui.read(record, field) : null
    const given = whose?.id ? { id: whose.id, title: whose.title } : null
    const change = { ...values, ...(field && ui ? ui.write(given, field) : {}) }
    const shown = { ...values, ...(field && ui ? ui.echo(given, field) : {}) }
    const undo = { ...held, ...(field && ui ? ui.write(before, field) : {}) }
    const undone = { ...held, ...(field && ui ? ui.echo(before, field) : {}) }
    const put = (next: Record<string, unknown>) =>
      client.setQueriesData<Read>({ queryKey: cached }, (read) =>
        read
          ? { ...read, records: read.records.map((one) => (one.id === record.id ? { ...one, ...next } : one)) }
          : read,
      )
    const send = async (body: Record<string, unknown>) => {
      try {
        await source.update(entity.collection, record.id, body)
      } finally {
        void client.invalidateQueries({ queryKey: keys.views(env, entity.name) })
        void client.invalidateQueries({ queryKey: keys.record(env, entity.name, record.id) })
        void client.invalidateQueries({ queryKey: keys.lists(env, entity.name), refetchType: 'none' })
      }
    }
    const failed = (fault: unknown) => {
      const { title: what, hint } = problemWords(asProblem(fault), t)
      const [said] = Object.values(asProblem(fault).details.fields ?? {})
      say({
        tone: 'danger',
        text: t('view.notPlanned', { title }),
        hint: (said as string | undefined) ?? (hint || what),
      })
    }
    await client.cancelQueries({ queryKey: cached })
    put(shown)
    try {
      await send(change)
      say(
        {
          tone: 'done',
          text: `${title} : ${[saidSpan(from, to, happening.wholeDays, manner), whose?.title].filter(Boolean).join(', ')}`,
          action: {
            label: t('record.undo'),
            run: () => {
              put(undone)
              void send(undo).catch(failed)
            },
          },
        },
        6000,
      )
    } catch (fault) {
      put(undone)
      failed(fault)
    }
  }
}
