import type { Page } from '@playwright/test'
import { expect, openList, rows, test } from './base'

/**
 * A list of 100 000 rows, on a server that has them: `LARGE=1 TISSERAND_URL=… npx playwright test --project=large`, after
 * `tisserand import acme account rows.csv` of lines such as `Grand 000042;Strasbourg` (docs: web/README.md).
 */
const many = 100_000

const table = (page: Page) => page.getByRole('table').first()

/** Figures for whoever runs this: nothing is asserted of time. */
function tell(what: string, began: number, figures: object = {}): void {
  process.stdout.write(`${what}: ${Date.now() - began} ms ${JSON.stringify(figures)}\n`)
}

/** Rows drawn, and how far the frame reaches, in pixels. */
function drawn(page: Page): Promise<{ rows: number; height: number; nodes: number }> {
  return table(page).evaluate((frame) => ({
    rows: frame.querySelectorAll('[data-id]').length,
    height: frame.scrollHeight,
    nodes: document.querySelectorAll('*').length,
  }))
}

/** Goes to the end of what is known until `wanted` rows are. */
async function scrollTo(page: Page, wanted: number): Promise<void> {
  for (;;) {
    const { height } = await drawn(page)
    if (height >= wanted * 36) return
    await table(page).evaluate((frame) => frame.scrollTo({ top: frame.scrollHeight }))
    await expect.poll(async () => (await drawn(page)).height).not.toBe(height)
  }
}

test('the end of a hundred thousand rows is reached by scrolling, and little is drawn on the way', async ({ page }) => {
  test.setTimeout(600_000)
  await openList(page, 'accounts', '?q=Grand')
  const began = Date.now()
  await scrollTo(page, many / 2)
  const middle = await drawn(page)
  tell('middle', began, middle)
  await scrollTo(page, many)
  const end = await drawn(page)
  const heap = await page.evaluate(
    () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
  )
  tell('end', began, { ...end, heapMb: Math.round(heap / 1e6) })
  expect(middle.rows).toBeLessThan(100)
  expect(end.rows).toBeLessThan(100)
  expect(end.nodes).toBeLessThan(5_000)
  await table(page).evaluate((frame) => frame.scrollTo({ top: frame.scrollHeight / 2 }))
  await expect(rows(page).first()).toBeVisible()
  await page.keyboard.press('j')
})

/** Time between frames while the wheel turns for some seconds, in milliseconds, smallest first. */
async function framesWhileScrolling(page: Page): Promise<number[]> {
  const box = await table(page).boundingBox()
  if (!box) throw new Error('no table')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  const measured = page.evaluate(
    () =>
      new Promise<number[]>((done) => {
        const frames: number[] = []
        let last = performance.now()
        const began = last
        const frame = (now: number) => {
          frames.push(now - last)
          last = now
          if (now - began < 6_000) requestAnimationFrame(frame)
          else done(frames.slice(1).sort((a, b) => a - b))
        }
        requestAnimationFrame(frame)
      }),
  )
  for (let turn = 0; turn < 200; turn += 1) await page.mouse.wheel(0, 120)
  return measured
}

test('a list of a hundred thousand rows scrolls without losing frames', async ({ page }) => {
  test.setTimeout(120_000)
  await openList(page, 'accounts', '?q=Grand')
  await expect(rows(page).first()).toBeVisible()
  for (let time = 0; time < 3; time += 1) {
    const began = Date.now()
    const frames = await framesWhileScrolling(page)
    const at = (part: number) => Math.round((frames[Math.floor((frames.length - 1) * part)] ?? 0) * 10) / 10
    tell('frames', began, {
      count: frames.length,
      perSecond: Math.round((frames.length * 1000) / frames.reduce((sum, one) => sum + one, 0)),
      median: at(0.5),
      ninthDecile: at(0.9),
      most: at(1),
      late: frames.filter((one) => one > 25).length,
    })
    expect(frames.length).toBeGreaterThan(0)
  }
})

test('a hundred thousand rows are sorted, filtered and searched', async ({ page }) => {
  test.setTimeout(120_000)
  await openList(page, 'accounts')
  for (const [what, act] of [
    ['sort', () => page.getByRole('columnheader').getByRole('button').first().click()],
    ['search', () => page.getByRole('searchbox').first().fill('Grand 099999')],
  ] as const) {
    const began = Date.now()
    await act()
    await expect(table(page)).toHaveAttribute('aria-busy', 'false')
    tell(what, began)
  }
  await expect(rows(page)).toHaveCount(1)
})
