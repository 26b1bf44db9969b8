import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react'

const ways: Record<string, (at: number, count: number) => number> = {
  ArrowRight: (at, count) => Math.min(at + 1, count - 1),
  ArrowDown: (at, count) => Math.min(at + 1, count - 1),
  ArrowLeft: (at) => Math.max(at - 1, 0),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_at, count) => count - 1,
}

/** Many links drawn as shapes are one stop of the Tab key; arrows go from one to the next, in the order in which they are drawn. */
export function useRoving<Frame extends HTMLElement>(): {
  ref: RefObject<Frame | null>
  onKeyDown(event: KeyboardEvent): void
} {
  const ref = useRef<Frame | null>(null)
  const current = useRef<Element | null>(null)
  // After every drawing, since only drawing makes shapes.
  useEffect(() => {
    const marks = marksOf(ref.current)
    if (!current.current || !marks.includes(current.current)) current.current = marks[0] ?? null
    for (const mark of marks) mark.setAttribute('tabindex', mark === current.current ? '0' : '-1')
  })
  return {
    ref,
    onKeyDown: (event) => {
      const marks = marksOf(ref.current)
      const at = marks.indexOf(event.target as Element)
      const next = at < 0 ? undefined : marks[ways[event.key]?.(at, marks.length) ?? -1]
      if (!next) return
      event.preventDefault()
      current.current?.setAttribute('tabindex', '-1')
      current.current = next
      next.setAttribute('tabindex', '0')
      ;(next as SVGAElement).focus()
    },
  }
}

function marksOf(frame: Element | null): Element[] {
  return [...(frame?.querySelectorAll('[data-mark]') ?? [])]
}
