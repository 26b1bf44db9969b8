import { useState } from 'react'

/** Which entities of a matrix show their details, how one is opened or closed, and how one is opened for sure. */
export function useOpened(): [ReadonlySet<string>, (entity: string) => void, (entity: string) => void] {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const toggle = (entity: string) =>
    setOpened((before) => {
      const after = new Set(before)
      if (!after.delete(entity)) after.add(entity)
      return after
    })
  const open = (entity: string) => setOpened((before) => new Set(before).add(entity))
  return [opened, toggle, open]
}
