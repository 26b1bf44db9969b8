import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react'
import type { EnvironmentSource } from '../api/source'
import type { Dictionary, LiveEvent, PresenceEvent } from '../api/types'
import { gatherer } from './gather'

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
