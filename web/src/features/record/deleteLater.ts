import type { QueryClient } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { dropRows } from '../../api/cache'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { EnvironmentSource } from '../../api/source'
import type { Entity, RecordData } from '../../api/types'
import type { Surroundings } from '../../dictionary/context'
import { titleOf } from '../../dictionary/model'
import { problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import { forgetVisit } from '../../visits/visits'

/** How long a deletion can be taken back. */
const graceMs = 6000

/** Deletions not sent yet, so that leaving the page sends them instead of forgetting them. */
const waiting = new Set<() => void>()
window.addEventListener('pagehide', () => {
  for (const send of waiting) send()
})

/**
 * Takes a record off the screens at once and deletes it a little later, unless the person takes it back meanwhile. A refusal puts the
 * record back and says why.
 */
export function deleteLater(client: QueryClient, around: Surroundings, entity: Entity, record: RecordData): void {
  const { source, t, dictionary } = around
  const env = dictionary.environment.name
  const title = titleOf(record) || t('list.unnamed')
  const restore = dropRows(client, env, entity.name, [record.id])
  const send = () => {
    waiting.delete(send)
    clearTimeout(timer)
    close()
    void deleteNow(source, entity, record)
      .then(() => {
        forgetVisit(dictionary, record.id)
        client.removeQueries({ queryKey: keys.record(env, entity.name, record.id) })
      })
      .catch((fault: unknown) => {
        restore()
        const problem = asProblem(fault)
        say({
          tone: 'danger',
          text: t('record.deleteFailed', { title }),
          hint: refusal(problem.details, around, t) ?? problemWords(problem, t).hint,
        })
      })
  }
  waiting.add(send)
  const timer = setTimeout(send, graceMs)
  const close = say(
    {
      tone: 'done',
      text: t('record.deleting', { title }),
      action: {
        label: t('record.undo'),
        run: () => {
          waiting.delete(send)
          clearTimeout(timer)
          restore()
        },
      },
    },
    graceMs,
  )
}

function deleteNow(source: EnvironmentSource, entity: Entity, record: RecordData): Promise<void> {
  return source.remove(entity.collection, record.id)
}

function refusal(
  details: { by?: { entity: string; count: number }[] },
  around: Surroundings,
  t: TFunction,
): string | undefined {
  if (!details.by?.length) return undefined
  const who = details.by.map(
    ({ entity, count }) => `${around.label(around.dictionary.entities[entity]?.plural) || entity} (${count})`,
  )
  return t('record.referenced', { who: who.join(', ') })
}
