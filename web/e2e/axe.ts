import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect } from './base'

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

interface Look {
  /** Only what is serious or critical. */
  serious?: boolean
  /** Only in this part of the page: a CSS selector. */
  within?: string
}

/** Waits until no colour is on its way to another: half of the way there is hard to read. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
    const moving = document.getAnimations().filter((one) => one instanceof CSSTransition)
    await Promise.all(moving.map((one) => one.finished.catch(() => undefined)))
  })
}

/** Looks at the screen as it is. */
export async function expectNoFault(page: Page, { serious = false, within }: Look = {}): Promise<void> {
  await settled(page)
  const axe = new AxeBuilder({ page }).withTags(tags)
  const { violations } = await (within ? axe.include(within) : axe).analyze()
  const counts = violations.filter((one) => !serious || one.impact === 'serious' || one.impact === 'critical')
  const told = counts.map(
    (one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.failureSummary}`).join(' | ')}`,
  )
  expect(told).toEqual([])
}

/** Looks at the same screen in both themes: for nothing serious, unless it is said otherwise. */
export async function expectAccessible(page: Page, look: Look = { serious: true }): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme)
    await expectNoFault(page, look)
  }
}
