import { type ReactNode, useRef, useState } from 'react'
import { LeaveDialog } from '../../drafts/LeaveGuard'
import type { RecordForm } from './useRecordForm'

/**
 * What Escape and "cancel" do in a form: they leave at once when nothing was typed, else ask first, and the keyboard goes back to where it
 * was for whoever stays. `isTouched` tells whether something would be lost.
 */
export function useEscape(
  form: RecordForm,
  isTouched: (form: RecordForm) => boolean,
  ways: { discard(): void; setAside(): void },
): { askToLeave(): void; question: ReactNode } {
  const [from, setFrom] = useState<HTMLElement | 'nowhere' | null>(null)
  const latest = useRef(form)
  latest.current = form
  const askToLeave = () => {
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement : null
    // A field that is still being typed in says what it understood when it is left.
    focused?.blur()
    requestAnimationFrame(() => {
      if (isTouched(latest.current)) setFrom(focused ?? 'nowhere')
      else ways.discard()
    })
  }
  const stay = () => {
    setFrom(null)
    if (from instanceof HTMLElement) requestAnimationFrame(() => from.focus())
  }
  const then = (leave: () => void) => () => {
    setFrom(null)
    leave()
  }
  const question = from && <LeaveDialog discard={then(ways.discard)} setAside={then(ways.setAside)} stay={stay} />
  return { askToLeave, question }
}
