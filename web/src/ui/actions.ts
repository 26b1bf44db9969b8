import { useEffect, useRef, useSyncExternalStore } from 'react'

/** Something that can be done on the screen that is shown. */
export interface Action {
  key: string
  icon: string
  words: string
  run(): void
}

let offered: readonly Action[] = []
const listeners = new Set<() => void>()

function offer(actions: readonly Action[]): void {
  offered = actions
  for (const listener of listeners) listener()
}

/** Lets the palette do what a screen can, while it is shown. What an action does is read when it is run. */
export function useOfferedActions(actions: Action[]): void {
  const latest = useRef(actions)
  latest.current = actions
  const shape = actions.map(({ key, words }) => `${key} ${words}`).join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is offered anew when it reads otherwise
  useEffect(() => {
    const named = latest.current.map((action) => ({
      ...action,
      run: () => latest.current.find((one) => one.key === action.key)?.run(),
    }))
    offer(named)
    return () => offer([])
  }, [shape])
}

/** What can be done here. */
export function useActions(): readonly Action[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => offered,
  )
}
