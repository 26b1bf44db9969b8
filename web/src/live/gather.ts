import type { QueryClient } from '@tanstack/react-query'
import { dropRows, freshenRows, readAnew, readBegunAnew, wasMadeHere } from '../api/cache'
import { keys } from '../api/keys'
import type { EnvironmentSource } from '../api/source'
import type { Dictionary, LiveEvent } from '../api/types'

/** Changes come in bursts (an import, a form with lines): they are taken in together. */
const gatherMs = 200
/** Records remembered as taken out of lists: more than anybody puts back at once. */
const goneMax = 10_000

/** What nobody else is told of. */
const owned: Record<string, (env: string) => readonly string[]> = {
  preference: keys.preferences,
  favourite: keys.favourites,
  notification: keys.notifications,
  saved_view: keys.savedViews,
}

interface Gatherer {
  add(event: LiveEvent): void
  stop(): void
}

/** Gathers events and takes them into what the screens keep. */
export function gatherer(client: QueryClient, source: EnvironmentSource, dictionary: () => Dictionary): Gatherer {
  let waiting: LiveEvent[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  // Records that were taken out of lists here: they may be put back.
  const gone = new Set<string>()
  const takeIn = () => {
    const events = waiting
    waiting = []
    timer = undefined
    const env = dictionary().environment.name
    for (const [entity, changes] of byEntity(events)) {
      // The person's own, changed on another device of theirs.
      const own = owned[entity]
      if (own) void readAnew(client, own(env))
      const collection = dictionary().entities[entity]?.collection
      if (!collection) continue
      // What other views show is read anew as a whole: a change may move a record from one column, day or place to another.
      void readAnew(client, keys.views(env, entity))
      // A list that is on its way may have been read before the change.
      void readBegunAnew(client, keys.lists(env, entity))
      const { deleted, updated, created, back } = outcomes(changes, gone)
      if (deleted.length) dropRows(client, env, entity, deleted)
      if (gone.size > goneMax) gone.clear()
      for (const id of deleted) gone.add(id)
      // Lists that were read between the deletion and its being told had it already, and just lost it.
      if (back) void readAnew(client, keys.lists(env, entity))
      if (updated.length) {
        // A failure here leaves the list as it was; the next visit reads it anew.
        void freshenRows(client, source, { env, entity, collection }, updated.slice(0, 100)).catch(() =>
          client.invalidateQueries({ queryKey: keys.lists(env, entity), refetchType: 'none' }),
        )
      }
      const news = created.filter((id) => !wasMadeHere(id)).length
      if (news) client.setQueryData<number>(keys.news(env, entity), (count = 0) => count + news)
      for (const id of new Set(changes.map((event) => event.id))) {
        void readAnew(client, keys.record(env, entity, id))
        void readAnew(client, keys.history(env, entity, id))
        void readAnew(client, ['title', env, entity, id])
      }
    }
  }
  return {
    add(event) {
      waiting.push(event)
      timer ??= setTimeout(takeIn, gatherMs)
    },
    stop() {
      clearTimeout(timer)
      waiting = []
    },
  }
}

interface Outcomes {
  deleted: string[]
  updated: string[]
  created: string[]
  /** Whether records came back that lists had lost. */
  back: boolean
}

/** What became of each record in the end: one that was deleted and put back meanwhile stays in its lists. */
function outcomes(changes: LiveEvent[], gone: Set<string>): Outcomes {
  const first = new Map<string, LiveEvent['operation']>()
  const last = new Map<string, LiveEvent['operation']>()
  for (const { id, operation } of changes) {
    if (!first.has(id)) first.set(id, operation)
    last.set(id, operation)
  }
  const found: Outcomes = { deleted: [], updated: [], created: [], back: false }
  for (const [id, operation] of last) {
    if (operation === 'delete') found.deleted.push(id)
    else if (gone.delete(id)) found.back = true
    else {
      if (first.get(id) === 'create') found.created.push(id)
      // A list that was read in between has it as it was made.
      if (first.get(id) !== 'create' || operation !== 'create') found.updated.push(id)
    }
  }
  return found
}

function byEntity(events: LiveEvent[]): Map<string, LiveEvent[]> {
  const found = new Map<string, LiveEvent[]>()
  for (const event of events) found.set(event.entity, [...(found.get(event.entity) ?? []), event])
  return found
}
