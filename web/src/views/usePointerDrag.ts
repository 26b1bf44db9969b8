import { useEffect, useRef, useState } from 'react'

export interface Point {
  x: number
  y: number
}

/** Something being dragged: what, where it was taken and where the pointer is. */
export interface Dragging<What> {
  what: What
  from: Point
  at: Point
  /** The nearest `[data-drop]` beneath the pointer. */
  over: HTMLElement | null
}

interface Gesture<What> {
  /** Called at every move. */
  onMove?(drag: Dragging<What>): void
  onDrop(drag: Dragging<What>): void
}

/** A press becomes a drag after this way, so that a click stays a click. */
const threshold = 5
/** A finger that stays this long takes the thing; one that moves before scrolls. */
const longPressMs = 280
const edge = 48

/**
 * Drag by mouse, pen or finger, without a library: boards, calendars and timelines share one gesture whose targets are elements with
 * `data-drop`. Escape gives up. Whoever uses it offers the same by keyboard.
 */
export function usePointerDrag<What>(gesture: Gesture<What>) {
  const [drag, setDrag] = useState<Dragging<What> | null>(null)
  const latest = useRef(gesture)
  latest.current = gesture
  const stop = useRef<(() => void) | null>(null)
  useEffect(() => () => stop.current?.(), [])

  const press = (event: React.PointerEvent, what: What) => {
    if (event.button !== 0 || stop.current) return
    const from = { x: event.clientX, y: event.clientY }
    const touch = event.pointerType === 'touch'
    let current: Dragging<What> | null = null
    let frame = 0
    const begin = (at: Point) => {
      current = { what, from, at, over: beneath(at) }
      document.documentElement.dataset.dragging = 'true'
      const scroll = () => {
        if (!current) return
        scrollAtEdges(current.at)
        frame = requestAnimationFrame(scroll)
      }
      frame = requestAnimationFrame(scroll)
      setDrag(current)
    }
    const timer = touch ? setTimeout(() => begin(from), longPressMs) : undefined
    const move = (moved: PointerEvent) => {
      const at = { x: moved.clientX, y: moved.clientY }
      const way = Math.hypot(at.x - from.x, at.y - from.y)
      if (!current && touch && way > 10) return end()
      if (!current && (touch || way < threshold)) return
      if (!current) begin(from)
      current = { what, from, at, over: beneath(at) }
      latest.current.onMove?.(current)
      setDrag(current)
    }
    const up = () => {
      const dropped = current
      end()
      if (!dropped) return
      // The click that follows would open what was dragged.
      const swallow = (click: MouseEvent) => {
        click.preventDefault()
        click.stopPropagation()
      }
      window.addEventListener('click', swallow, { capture: true, once: true })
      setTimeout(() => window.removeEventListener('click', swallow, { capture: true }), 0)
      latest.current.onDrop(dropped)
    }
    const key = (pressed: KeyboardEvent) => {
      if (pressed.key !== 'Escape' || !current) return
      pressed.preventDefault()
      pressed.stopPropagation()
      end()
    }
    const hold = (touched: TouchEvent) => {
      if (current) touched.preventDefault()
    }
    // A long press would open the browser's own menu.
    const noMenu = (asked: Event) => {
      if (touch) asked.preventDefault()
    }
    const end = () => {
      clearTimeout(timer)
      cancelAnimationFrame(frame)
      current = null
      stop.current = null
      delete document.documentElement.dataset.dragging
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', up)
      window.removeEventListener('pointercancel', end)
      window.removeEventListener('keydown', key, { capture: true })
      window.removeEventListener('touchmove', hold)
      window.removeEventListener('contextmenu', noMenu)
      setDrag(null)
    }
    stop.current = end
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', up)
    window.addEventListener('pointercancel', end)
    window.addEventListener('keydown', key, { capture: true })
    window.addEventListener('touchmove', hold, { passive: false })
    window.addEventListener('contextmenu', noMenu)
  }
  return { drag, press }
}

function beneath({ x, y }: Point): HTMLElement | null {
  for (const element of document.elementsFromPoint(x, y)) {
    const target = element.closest<HTMLElement>('[data-drop]')
    if (target) return target
  }
  return null
}

/** Scrolls what is beneath the pointer when it comes near an edge. */
function scrollAtEdges({ x, y }: Point): void {
  for (const element of document.elementsFromPoint(x, y)) {
    const box = element.closest<HTMLElement>('[data-scroll]')
    if (!box) continue
    for (let at: HTMLElement | null = box; at; at = at.parentElement?.closest<HTMLElement>('[data-scroll]') ?? null) {
      const { left, right, top, bottom } = at.getBoundingClientRect()
      if (at.scrollWidth > at.clientWidth) at.scrollLeft += x < left + edge ? -12 : x > right - edge ? 12 : 0
      if (at.scrollHeight > at.clientHeight) at.scrollTop += y < top + edge ? -10 : y > bottom - edge ? 10 : 0
    }
    return
  }
}
