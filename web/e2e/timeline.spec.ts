import type { Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { type Api, env, expect, speak, test, unique } from './base'

/** A Monday far from what the demo plans. */
const monday = '2031-03-03'

async function visit(api: Api, name: string) {
  return api.create('appointments', {
    name,
    starts_at: `${monday}T08:00:00Z`,
    ends_at: `${monday}T09:00:00Z`,
  })
}

async function openTimeline(page: Page, word: string, at: Record<string, string> = {}): Promise<void> {
  const state = encodeURIComponent(JSON.stringify({ day: monday, ...at }))
  await page.goto(`/e/${env}/appointments?view=timeline&q=${encodeURIComponent(word)}&at=${state}`)
  await page.getByRole('region', { name: 'Ada Lenoir' }).waitFor()
}

const row = (page: Page, who: string) => page.getByRole('region', { name: who, exact: true })

test('an appointment is dragged to somebody else on another day, and taken back', async ({ page, api }) => {
  const name = unique('Visite')
  const { id, organiser_id: ada } = await visit(api, name)
  await openTimeline(page, name)
  const link = row(page, 'Ada Lenoir').getByRole('link', { name })
  await link.scrollIntoViewIfNeeded()
  const from = await link.boundingBox()
  const bruno = row(page, 'Bruno Kieffer')
  await bruno.scrollIntoViewIfNeeded()
  const taken = await link.boundingBox()
  const target = await bruno.locator('[data-drop$="2031-03-05"]').boundingBox()
  if (!from || !taken || !target) throw new Error('the rows are not drawn')
  await page.mouse.move(taken.x + 10, taken.y + 6)
  await page.mouse.down()
  await page.mouse.move(target.x + 20, target.y + 12, { steps: 10 })
  await page.mouse.up()
  await expect(bruno.getByRole('link', { name })).toHaveAccessibleName(/mer\. 5, 09:00 – 10:00/)
  await expect.poll(async () => (await api.read('appointments', id))?.starts_at).toBe('2031-03-05T08:00:00Z')
  expect((await api.read('appointments', id))?.organiser_id).not.toBe(ada)
  await page.getByRole('button', { name: 'Rétablir' }).click()
  await expect.poll(async () => (await api.read('appointments', id))?.organiser_id).toBe(ada)
})

test('an appointment is given to somebody else by the keyboard alone', async ({ page, api }) => {
  const name = unique('Visite')
  const { id } = await visit(api, name)
  await openTimeline(page, name)
  await row(page, 'Ada Lenoir').getByRole('link', { name }).focus()
  await page.keyboard.press('Shift+ArrowRight')
  await expect(row(page, 'Ada Lenoir').getByRole('link', { name })).toHaveAccessibleName(/mar\. 4/)
  await expect(row(page, 'Ada Lenoir').getByRole('link', { name })).toBeFocused()
  await page.keyboard.press('Shift+ArrowDown')
  await expect(row(page, 'Ada Lenoir').getByRole('link', { name })).toHaveCount(0)
  await expect(page.getByRole('link', { name })).toBeFocused()
  await expect.poll(async () => (await api.read('appointments', id))?.starts_at).toBe('2031-03-04T08:00:00Z')
})

test('the right edge of an appointment is pulled to make it longer, and pushed back by the keyboard', async ({
  page,
  api,
}) => {
  const name = unique('Visite')
  const { id } = await visit(api, name)
  await openTimeline(page, name, { scale: 'day' })
  const link = row(page, 'Ada Lenoir').getByRole('link', { name })
  await link.scrollIntoViewIfNeeded()
  const box = await page.locator('[data-event]', { hasText: name }).boundingBox()
  const day = await row(page, 'Ada Lenoir').locator('[data-drop]').boundingBox()
  if (!box || !day) throw new Error('the row is not drawn')
  await page.mouse.move(box.x + box.width - 3, box.y + 8)
  await page.mouse.down()
  // From 09:00 to 10:00 is one of the twelve hours from 07:30 to 19:30.
  await page.mouse.move(box.x + box.width - 3 + day.width / 12, box.y + 8, { steps: 6 })
  await page.mouse.up()
  await expect(link).toHaveAccessibleName(/09:00 – 11:00/)
  await expect.poll(async () => (await api.read('appointments', id))?.ends_at).toBe(`${monday}T10:00:00Z`)
  await link.focus()
  await page.keyboard.press('Shift+Alt+ArrowLeft')
  await expect(link).toHaveAccessibleName(/09:00 – 10:45/)
  await expect(link).toBeFocused()
})

test('a timeline in English says how long each is busy', async ({ page, api }) => {
  await speak(page, 'en')
  const name = unique('Visit')
  await visit(api, name)
  await openTimeline(page, name)
  await expect(page.getByRole('radiogroup', { name: 'Scale' }).getByText('2 weeks')).toBeVisible()
  await expect(row(page, 'Ada Lenoir').getByRole('link', { name })).toHaveAccessibleName(/Mon 3, 09:00 – 10:00/)
})

for (const [scale, width] of [
  ['day', 1440],
  ['week', 390],
] as const) {
  test(`a timeline is accessible: ${scale} at ${width} pixels`, async ({ page, api }) => {
    await page.setViewportSize({ width, height: 844 })
    const name = unique('Visite')
    await visit(api, name)
    await openTimeline(page, name, { scale })
    await expect(page.getByRole('link', { name })).toHaveCount(1)
    await expectAccessible(page)
  })
}
