import { useEffect, useRef, useState } from 'react'
import { page } from '../../api/pages'
import type { Entity, Present } from '../../api/types'
import { useStanding } from '../../app/source'
import { useSurroundings } from '../../dictionary/context'
import { useMeeting } from '../../live/live'

/** How often a page says that it is there; the server forgets one that did not for 45 seconds. */
const againMs = 20_000

/** Who else has this record open, while it is open here; says so to them too. */
export function usePresence(entity: Entity, id: string, edits: boolean): Present[] {
  const { source, dictionary } = useSurroundings()
  const [others, setOthers] = useState<Present[]>([])
  const { reachable, signedIn } = useStanding()
  // Whoever looks as somebody else is not there.
  const viewed = dictionary.me.viewed !== null
  const heard = reachable && signedIn && !viewed
  const { collection } = entity
  const said = useRef<Promise<unknown>>(Promise.resolve())
  useMeeting((event) => {
    if (event.entity === entity.name && event.id === id) setOthers(event.value)
  })
  useEffect(() => {
    if (!heard) {
      // Nobody hears us: we know of nobody either.
      setOthers([])
      return
    }
    let here = true
    const does = edits ? 'edit' : 'look'
    const say = () => {
      // One after the other, so that what was said last stands.
      said.current = said.current.then(async () => {
        if (!here || document.visibilityState === 'hidden') return
        try {
          const told = await source.present(collection, id, { page, does })
          if (here) setOthers(told)
        } catch {
          if (here) setOthers([])
        }
      })
    }
    say()
    const timer = setInterval(say, againMs)
    document.addEventListener('visibilitychange', say)
    return () => {
      here = false
      clearInterval(timer)
      document.removeEventListener('visibilitychange', say)
    }
  }, [source, collection, id, edits, heard])
  useEffect(() => {
    if (viewed) return
    const leave = () => {
      // A page that is on its way out may be gone before the answer.
      void source.present(collection, id, { page, does: 'leave' }, { keepalive: true }).catch(() => {})
    }
    window.addEventListener('pagehide', leave)
    return () => {
      window.removeEventListener('pagehide', leave)
      said.current = said.current.then(leave)
    }
  }, [source, collection, id, viewed])
  return others
}
