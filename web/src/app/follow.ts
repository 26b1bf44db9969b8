import { useRouter } from '@tanstack/react-router'
import type { MouseEvent } from 'react'

/**
 * What a click on an address of this application does: goes there without loading it anew. For links that are drawn by the hundred, or
 * inside an SVG, where the router's own is too heavy or not an element of its kind.
 */
export function useFollow(): (event: MouseEvent, href: string) => void {
  const router = useRouter()
  return (event, href) => {
    // With a key, or another button, it is the browser's to open.
    const { defaultPrevented, button, metaKey, ctrlKey, shiftKey, altKey } = event
    if (defaultPrevented || button !== 0 || metaKey || ctrlKey || shiftKey || altKey) return
    event.preventDefault()
    router.history.push(href)
  }
}
