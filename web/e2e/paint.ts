import type { Page } from '@playwright/test'

/** Clicks in the page, and waits there until `shown` is found and painted; milliseconds from the click. */
export function clickToPaint(page: Page, clicked: string, shown: string): Promise<number> {
  return page.evaluate(
    ([from, to]) =>
      new Promise<number>((resolve, reject) => {
        const target = document.querySelector<HTMLElement>(from)
        if (!target) return reject(new Error(`nothing to click: ${from}`))
        const began = performance.now()
        // Painted: a frame was asked for once it stood, and the one after it begins.
        const painted = () => requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)))
        const watch = new MutationObserver(() => {
          if (document.querySelector(to)) {
            watch.disconnect()
            painted()
          }
        })
        watch.observe(document.body, { childList: true, subtree: true, attributes: true })
        target.click()
      }),
    [clicked, shown] as const,
  )
}

/** A list that has its rows. */
export const listShown = '[role=table][aria-busy=false] [data-id]'

/** Says the figures; nothing is asserted of time. */
export function told(what: string, times: number[]): void {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN)
  process.stdout.write(`${what}: median ${at(0.5)} ms, ${at(0)} – ${at(1)}, p90 ${at(0.9)} (${times.length})\n`)
}
