import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react'
import { dropRows, freshenRows, readAnew, wasMadeHere } from '../api/cache'
import { keys } from '../api/keys'
import type { EnvironmentSource } from '../api/source'
import type { Dictionary, LiveEvent, PresenceEvent } from '../api/types'

type Heard = (event: LiveEvent) => void
type Met = (event: PresenceEvent) => void

interface Live {
  /** Calls back for each change of this environment; returns how to stop. */
  subscribe(heard: Heard): () => void
  /** Calls back when somebody comes to a record that is open here, or goes. */
  meet(met: Met): () => void
  /** Whether changes are being followed at this moment. */
  connected: boolean
}

const LiveContext = createContext<Live>({ subscribe: () => () => {}, meet: () => () => {}, connected: true })

/** Changes come in bursts (an import, a form with lines): they are taken in together. */
const gatherMs = 200
/** Connections break and come back by themselves all day: only one that stays away is worth a word. */
const awayMs = 4_000

/** Follows the environment's journal and keeps what is on screen true. One connection, however many screens. */
export function LiveProvider(props: { dictionary: Dictionary; source: EnvironmentSource; children: ReactNode }) {
  const { dictionary, source, children } = props
  const client = useQueryClient()
  const [connected, setConnected] = useState(true)
  const listeners = useRef(new Set<Heard>())
  const meeters = useRef(new Set<Met>())
  const current = useRef(dictionary)
  current.current = dictionary
  const env = dictionary.environment.name
  useEffect(() => {
    const gather = gatherer(client, source, () => current.current)
    let away: ReturnType<typeof setTimeout> | undefined
    const stop = source.follow({
      heard: (event) => {
        gather.add(event)
        for (const heard of listeners.current) heard(event)
      },
      met: (event) => {
        for (const met of meeters.current) met(event)
      },
      connected: (live) => {
        clearTimeout(away)
        if (live) setConnected(true)
        else away = setTimeout(() => setConnected(false), awayMs)
      },
    })
    return () => {
      stop()
      clearTimeout(away)
      gather.stop()
    }
  }, [client, source])
  const [subscribe] = useState(() => (heard: Heard) => {
    listeners.current.add(heard)
    return () => {
      listeners.current.delete(heard)
    }
  })
  const [meet] = useState(() => (met: Met) => {
    meeters.current.add(met)
    return () => {
      meeters.current.delete(met)
    }
  })
  return (
    <LiveContext.Provider key={env} value={{ subscribe, meet, connected }}>
      {children}
    </LiveContext.Provider>
  )
}

export function useLiveConnection(): boolean {
  return useContext(LiveContext).connected
}

/** Calls `heard` for each change while the component is shown. */
export function useLive(heard: Heard): void {
  const { subscribe } = useContext(LiveContext)
  const latest = useRef(heard)
  latest.current = heard
  useEffect(() => subscribe((event) => latest.current(event)), [subscribe])
}

/** Calls `met` when somebody comes to a record that is open here, or goes. */
export function useMeeting(met: Met): void {
  const { meet } = useContext(LiveContext)
  const latest = useRef(met)
  latest.current = met
  useEffect(() => meet((event) => latest.current(event)), [meet])
}

/** What nobody else is told of. */
const owned: Record<string, (env: string) => readonly string[]> = {
  preference: keys.preferences,
  favourite: keys.favourites,
  notification: keys.notifications,
  saved_view: keys.savedViews,
}

function gatherer(client: QueryClient, source: EnvironmentSource, dictionary: () => Dictionary) {
  let waiting: LiveEvent[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
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
      const of = (operation: LiveEvent['operation']) => [
        ...new Set(changes.filter((event) => event.operation === operation).map((event) => event.id)),
      ]
      const deleted = of('delete')
      if (deleted.length) dropRows(client, env, entity, deleted)
      const updated = of('update').filter((id) => !deleted.includes(id))
      if (updated.length) {
        // A failure here leaves the list as it was; the next visit reads it anew.
        void freshenRows(client, source, { env, entity, collection }, updated.slice(0, 100)).catch(() =>
          client.invalidateQueries({ queryKey: keys.lists(env, entity), refetchType: 'none' }),
        )
      }
      const created = of('create').filter((id) => !wasMadeHere(id)).length
      if (created) client.setQueryData<number>(keys.news(env, entity), (count = 0) => count + created)
      for (const { id } of changes) {
        void readAnew(client, keys.record(env, entity, id))
        void readAnew(client, keys.history(env, entity, id))
        void readAnew(client, ['title', env, entity, id])
      }
    }
  }
  return {
    add(event: LiveEvent) {
      waiting.push(event)
      timer ??= setTimeout(takeIn, gatherMs)
    },
    stop() {
      clearTimeout(timer)
      waiting = []
    },
  }
}

function byEntity(events: LiveEvent[]): Map<string, LiveEvent[]> {
  const found = new Map<string, LiveEvent[]>()
  for (const event of events) found.set(event.entity, [...(found.get(event.entity) ?? []), event])
  return found
}
