import type { Followed } from './source'
import type { LiveEvent, PresenceEvent } from './types'

/** How soon one asks again after the server refused to be followed. */
const againMs = 5_000

interface Way {
  /** Asks whether the server is there. */
  check(): Promise<boolean>
  /** Resolves once the person who follows may, be it after signing in again. */
  admitted(): Promise<unknown>
}

/**
 * Follows live events. A browser comes back by itself when the connection breaks, from where it was; when it is refused it gives up: then
 * one waits here until the person may come in again, and follows on from the last position that was heard.
 */
export function follow(path: string, followed: Followed, way: Way): () => void {
  let stopped = false
  let source: EventSource | null = null
  let last = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  const open = () => {
    if (stopped) return
    source = new EventSource(last ? `${path}?after=${last}` : path)
    const here = source
    const noted = (event: MessageEvent<string>) => {
      if (event.lastEventId) last = event.lastEventId
    }
    here.addEventListener('following', (event) => {
      noted(event)
      followed.connected?.(true)
    })
    here.addEventListener('message', (event: MessageEvent<string>) => {
      noted(event)
      followed.heard(JSON.parse(event.data) as LiveEvent)
    })
    here.addEventListener('presence', (event) => followed.met?.(JSON.parse(event.data) as PresenceEvent))
    here.addEventListener('error', () => {
      followed.connected?.(false)
      void way.check()
      if (here.readyState === EventSource.CLOSED) void again()
    })
  }
  const again = async () => {
    const asked = performance.now()
    try {
      await way.admitted()
    } catch {
      // refused for a reason of its own: asked again below
    }
    // Admitted all along: it was refused for another reason, such as too many connections.
    const atOnce = performance.now() - asked > againMs
    if (!stopped) timer = setTimeout(open, atOnce ? 0 : againMs)
  }
  open()
  return () => {
    stopped = true
    clearTimeout(timer)
    source?.close()
  }
}
