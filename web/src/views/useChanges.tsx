import { useEffect, useRef, useState } from 'react'
import type { Entity } from '../api/types'
import { useSurroundings } from '../dictionary/context'
import { fieldOf } from '../dictionary/model'
import { useTitle } from '../fields/reference/useTitle'
import { useLive } from '../live/live'
import styles from './useChanges.module.css'

/** How long a change by somebody else is pointed at. */
const shownMs = 6000

/** Records that somebody else changed a moment ago, with who. */
export function useChanges(entity: Entity): ReadonlyMap<string, string> {
  const { dictionary } = useSurroundings()
  const [changes, setChanges] = useState<ReadonlyMap<string, string>>(new Map())
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>())
  useEffect(() => {
    const waiting = timers.current
    return () => {
      for (const timer of waiting) clearTimeout(timer)
    }
  }, [])
  useLive((event) => {
    const { actor, id } = event
    if (event.entity !== entity.name || !actor || actor === dictionary.me.id) return
    setChanges((before) => new Map(before).set(id, actor))
    const timer = setTimeout(() => {
      timers.current.delete(timer)
      setChanges((before) => new Map([...before].filter(([other]) => other !== id)))
    }, shownMs)
    timers.current.add(timer)
  })
  return changes
}

/** Who changed it. */
export function ChangedBy({ entity, actor }: { entity: Entity; actor: string }) {
  const field = fieldOf(entity, 'updated_by')
  return field ? <Named field={field} actor={actor} /> : null
}

function Named({ field, actor }: { field: NonNullable<ReturnType<typeof fieldOf>>; actor: string }) {
  return <span className={styles.who}>{useTitle(field, { id: actor, title: '' })}</span>
}
