import { useState } from 'react'
import type { Entity, RecordData } from '../../../api/types'
import { useSurroundings } from '../../../dictionary/context'
import { deviceOwner } from '../../../dictionary/model'

/** Notes that were begun and not sent, on this device: for each person, environment and record. */
const prefix = 'tisserand.note '

/** The words of a note beside a record, kept until they are sent: whoever comes back finds them where they were. */
export function useNote(owner: Entity, record: RecordData): [string, (text: string) => void] {
  const { dictionary } = useSurroundings()
  const key = `${prefix}${deviceOwner(dictionary.me)} ${dictionary.environment.name} ${owner.name} ${record.id}`
  const [text, setText] = useState(() => read(key))
  const set = (next: string) => {
    setText(next)
    keep(key, next)
  }
  return [text, set]
}

function read(key: string): string {
  try {
    return localStorage.getItem(key) ?? ''
  } catch {
    return '' // storage forbidden: nothing was kept
  }
}

function keep(key: string, text: string): void {
  try {
    if (text.trim()) localStorage.setItem(key, text)
    else localStorage.removeItem(key)
  } catch {
    // storage forbidden or full: the note is in this page only
  }
}
