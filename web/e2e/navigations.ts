import type { CDPSession, Page } from '@playwright/test'
import { expect, openList, rows, test } from './base'

/**
 * How long it takes from a click to what it leads to, and what two hundred of them leave behind, on a server with the demo companies:
 * `NAVIGATIONS=1 TISSERAND_URL=… npx playwright test --project=navigations --workers=1`. Nothing is asserted of time.
 */
const back = (page: Page) => page.getByRole('button', { name: 'Retour à la liste' })

/** Clicks in the page, and waits there until `shown` is found and painted; milliseconds from the click. */
function clickToPaint(page: Page, clicked: string, shown: string): Promise<number> {
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

const row = (position: number) => `[role=table] [data-id]:nth-child(${position}) a`
const listShown = '[role=table][aria-busy=false] [data-id]'
const recordShown = '[data-field=name]'
const backSelector = 'button[aria-label="Retour à la liste"]'

function told(what: string, times: number[]): void {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN)
  process.stdout.write(`${what}: median ${at(0.5)} ms, ${at(0)} – ${at(1)}, p90 ${at(0.9)} (${times.length})\n`)
}

/** Bytes that are still held once what is not has been given back. */
async function held(browser: CDPSession): Promise<number> {
  for (let turn = 0; turn < 3; turn += 1) await browser.send('HeapProfiler.collectGarbage')
  return (await browser.send('Runtime.getHeapUsage')).usedSize
}

async function thereAndBack(page: Page, position: number): Promise<[number, number]> {
  const there = await clickToPaint(page, row(position), recordShown)
  await expect(back(page)).toBeVisible()
  await page.waitForLoadState('networkidle')
  return [there, await clickToPaint(page, backSelector, listShown)]
}

test('between a list and a record', async ({ page }) => {
  test.setTimeout(600_000)
  await openList(page, 'accounts')
  await thereAndBack(page, 1)
  const first: number[] = []
  const again: number[] = []
  const home: number[] = []
  for (let position = 2; position <= 16; position += 1) {
    const [there, backTime] = await thereAndBack(page, position)
    first.push(there)
    home.push(backTime)
  }
  for (let position = 2; position <= 16; position += 1) {
    const [there, backTime] = await thereAndBack(page, position)
    again.push(there)
    home.push(backTime)
  }
  told('list to record, not in cache', first)
  told('list to record, in cache', again)
  told('record to list, in cache', home)
})

test('two hundred times leave nothing behind', async ({ page, context }) => {
  test.setTimeout(900_000)
  const browser = await context.newCDPSession(page)
  await browser.send('HeapProfiler.enable')
  await openList(page, 'accounts')
  const left: { bytes: number; nodes: number; listeners: number }[] = []
  for (let turn = 1; turn <= 200; turn += 1) {
    await rows(page)
      .nth(turn % 10)
      .click()
    await expect(page.locator(recordShown)).toBeVisible()
    await back(page).click()
    await expect(page.locator(listShown).first()).toBeVisible()
    if (turn % 20 !== 0) continue
    const bytes = await held(browser)
    const { nodes, jsEventListeners: listeners } = await browser.send('Memory.getDOMCounters')
    left.push({ bytes, nodes, listeners })
    process.stdout.write(`${turn}: ${(bytes / 1e6).toFixed(1)} MB, ${nodes} nodes, ${listeners} listeners\n`)
  }
  const [first, last] = [left[0], left.at(-1)]
  if (!first || !last) throw new Error('nothing was measured')
  // A screen that stays behind would have left its nodes and its listeners two hundred times.
  expect(last.nodes).toBeLessThan(first.nodes * 1.1)
  expect(last.listeners).toBeLessThan(first.listeners * 1.1)
})
