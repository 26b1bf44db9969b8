import { useRef, useState } from 'react'
import type { RecordData } from '../api/types'

/** Rows that are chosen, to do something with all of them. */
export interface Selection {
  ids: ReadonlySet<string>
  /** Everything that the list's filter keeps is chosen, whether it was read or not. */
  everything: boolean
  has(id: string): boolean
  /** Takes a row in or out; with `through`, all from the one taken before. */
  toggle(position: number, through: boolean): void
  /** All rows that were read, or none. */
  toggleShown(): void
  chooseEverything(): void
  clear(): void
}

export function useSelection(rows: RecordData[]): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set<string>())
  const [everything, setEverything] = useState(false)
  const before = useRef<number | null>(null)
  const has = (id: string) => everything || ids.has(id)
  const clear = () => {
    setIds(new Set())
    setEverything(false)
    before.current = null
  }
  return {
    ids,
    everything,
    has,
    clear,
    toggle: (position, through) => {
      const row = rows[position]
      if (!row) return
      const chosen = !has(row.id)
      const next = new Set(everything ? rows.map((one) => one.id) : ids)
      const from = through && before.current !== null ? before.current : position
      for (const one of rows.slice(Math.min(from, position), Math.max(from, position) + 1)) {
        if (chosen) next.add(one.id)
        else next.delete(one.id)
      }
      before.current = position
      setEverything(false)
      setIds(next)
    },
    toggleShown: () => {
      if (everything || (rows.length > 0 && rows.every((row) => ids.has(row.id)))) clear()
      else setIds(new Set(rows.map((row) => row.id)))
    },
    chooseEverything: () => setEverything(true),
  }
}
