import { useEffect, useRef } from 'react'

/** Actions by key: `n`, `?`, `Escape`, `ctrl+k`, `ctrl+Enter`. One that answers `false` leaves the key to whatever has the focus. */
export type Shortcuts = Record<string, ((event: KeyboardEvent) => unknown) | undefined>

/** How a key press is named in `Shortcuts`. Command counts as Control. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
  return `${event.ctrlKey || event.metaKey ? 'ctrl+' : ''}${event.altKey ? 'alt+' : ''}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`
}

/** Listens while the screen is shown. Plain letters do nothing where one types, and nothing passes an open dialog. */
export function useShortcuts(shortcuts: Shortcuts, options: { insideDialogs?: boolean } = {}): void {
  const latest = useRef(shortcuts)
  latest.current = shortcuts
  const insideDialogs = options.insideDialogs ?? false
  useEffect(() => {
    // Looked at before anybody hears the key: a list of options that closes on it has had its use of it.
    let wasOpen = false
    const look = () => {
      wasOpen = somethingIsOpen()
    }
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return
      const target = event.target instanceof Element ? event.target : null
      const name = keyName(event)
      const typing = target?.closest('input:not([type=checkbox]), textarea, select, [contenteditable=true]')
      if (typing && !name.startsWith('ctrl+') && name !== 'Escape') return
      if (!insideDialogs && (wasOpen || somethingIsOpen())) return
      const run = latest.current[name]
      if (!run) return
      if (run(event) !== false) event.preventDefault()
    }
    window.addEventListener('keydown', look, { capture: true })
    window.addEventListener('keydown', press)
    return () => {
      window.removeEventListener('keydown', look, { capture: true })
      window.removeEventListener('keydown', press)
    }
  }, [insideDialogs])
}

/** Whether a dialog, a menu or a list of options is open: keys are then its own. Closed ones may stay in the page, hidden. */
function somethingIsOpen(): boolean {
  const floating = document.querySelectorAll('[role=dialog], [role=menu], [role=listbox]')
  return [...floating].some((element) => element.checkVisibility())
}
