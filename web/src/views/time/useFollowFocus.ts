import { type RefObject, useEffect, useRef } from 'react'

/** How long the focus is looked for at most: the server's answer draws the event once more, however long it takes to come. */
const followMs = 15_000

/** Keeps the focus on an event that is moved by the keyboard: in another column or row it is another element. `sure`: it had the focus before a
 * dialog took it. */
export function useFollowFocus(frame: RefObject<HTMLElement | null>): (key: string, sure?: boolean) => void {
  const wanted = useRef<string | null>(null)
  // After every drawing, since only drawing moves an event.
  useEffect(() => {
    if (!wanted.current || document.activeElement !== document.body) return
    frame.current?.querySelector<HTMLElement>(`[data-event="${CSS.escape(wanted.current)}"] a`)?.focus()
  })
  return (key, sure = false) => {
    if (!sure && !document.activeElement?.closest('[data-event]')) return
    wanted.current = key
    const forget = () => {
      if (wanted.current === key) wanted.current = null
    }
    setTimeout(forget, followMs)
    // Whoever takes the mouse is elsewhere.
    window.addEventListener('pointerdown', forget, { once: true })
  }
}
