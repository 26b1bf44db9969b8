import type { CDPSession, Page } from '@playwright/test'
import { expect, openList, rows, test } from './base'
import { clickToPaint, listShown, told } from './paint'

/**
 * How long it takes from a click to what it leads to, and what two hundred of them leave behind, on a server with the demo companies:
 * `NAVIGATIONS=1 TISSERAND_URL=… npx playwright test --project=navigations --workers=1`. Nothing is asserted of time.
 */
const back = (page: Page) => page.getByRole('button', { name: 'Retour à la liste' })

const row = (position: number) => `[role=table] [data-id]:nth-child(${position}) a`
const recordShown = '[data-field=name]'
const backSelector = 'button[aria-label="Retour à la liste"]'

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
