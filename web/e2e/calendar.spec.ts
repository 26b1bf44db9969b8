import type { Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { type Api, env, expect, field, test, unique } from './base'

/** A Monday far from what the demo plans, at the hours of Paris (UTC+1). */
const monday = '2031-02-03'

async function visit(api: Api, name: string, hours: [string, string], more: Record<string, unknown> = {}) {
  return api.create('appointments', {
    name,
    starts_at: `${monday}T${hours[0]}:00Z`,
    ends_at: `${monday}T${hours[1]}:00Z`,
    ...more,
  })
}

async function openCalendar(page: Page, word: string, at: Record<string, string> = {}): Promise<void> {
  const state = encodeURIComponent(JSON.stringify({ day: monday, ...at }))
  await page.goto(`/e/${env}/appointments?view=calendar&q=${encodeURIComponent(word)}&at=${state}`)
  await page.getByRole('region', { name: 'Agenda' }).waitFor()
}

const event = (page: Page, name: string) => page.getByRole('link', { name: new RegExp(`^${name}`) })

test('a week shows what takes place, at the hours of the environment', async ({ page, api }) => {
  const name = unique('Visite')
  await visit(api, name, ['08:00', '09:30'])
  await openCalendar(page, name)
  await expect(event(page, name)).toHaveAccessibleName(/lun\. 3, 09:00 – 10:30/)
  await page.getByRole('button', { name: 'Après' }).click()
  await expect(event(page, name)).toHaveCount(0)
  await expect(page.getByRole('heading', { level: 2 })).toContainText('10–16 févr. 2031')
  await page.reload()
  await expect(page.getByRole('heading', { level: 2 })).toContainText('10–16 févr. 2031')
})

test('an event is dragged to another day and hour, and taken back', async ({ page, api }) => {
  const name = unique('Visite')
  const { id } = await visit(api, name, ['08:00', '09:00'])
  await openCalendar(page, name)
  const box = await event(page, name).boundingBox()
  const target = await page.locator('[data-drop="2031-02-05"]').boundingBox()
  if (!box || !target) throw new Error('the week is not drawn')
  await page.mouse.move(box.x + 20, box.y + 8)
  await page.mouse.down()
  await page.mouse.move(target.x + 40, box.y + 8 + 96, { steps: 10 })
  await page.mouse.up()
  await expect(event(page, name)).toHaveAccessibleName(/mer\. 5, 11:00 – 12:00/)
  await expect.poll(async () => (await api.read('appointments', id))?.starts_at).toBe('2031-02-05T10:00:00Z')
  await page.getByRole('button', { name: 'Rétablir' }).click()
  await expect(event(page, name)).toHaveAccessibleName(/lun\. 3, 09:00 – 10:00/)
  await expect.poll(async () => (await api.read('appointments', id))?.ends_at).toBe(`${monday}T09:00:00Z`)
})

test('an event is moved and made longer by the keyboard alone', async ({ page, api }) => {
  const name = unique('Visite')
  const { id } = await visit(api, name, ['08:00', '09:00'])
  await openCalendar(page, name)
  await event(page, name).focus()
  await page.keyboard.press('Shift+ArrowRight')
  await expect(event(page, name)).toHaveAccessibleName(/mar\. 4, 09:00 – 10:00/)
  await expect(event(page, name)).toBeFocused()
  await page.keyboard.press('Shift+ArrowDown')
  await expect(event(page, name)).toHaveAccessibleName(/mar\. 4, 09:15 – 10:15/)
  await page.keyboard.press('Shift+Alt+ArrowDown')
  await expect(event(page, name)).toHaveAccessibleName(/mar\. 4, 09:15 – 10:30/)
  await expect.poll(async () => (await api.read('appointments', id))?.ends_at).toBe('2031-02-04T09:30:00Z')
})

test('the lower edge of an event is pulled to make it longer', async ({ page, api }) => {
  const name = unique('Visite')
  const { id } = await visit(api, name, ['08:00', '09:00'])
  await openCalendar(page, name)
  const box = await page.locator('[data-event]', { has: event(page, name) }).boundingBox()
  if (!box) throw new Error('the event is not drawn')
  await page.mouse.move(box.x + 30, box.y + box.height - 3)
  await page.mouse.down()
  await page.mouse.move(box.x + 30, box.y + box.height + 45, { steps: 6 })
  await page.mouse.up()
  await expect.poll(async () => (await api.read('appointments', id))?.ends_at).toBe(`${monday}T10:00:00Z`)
})

test('dragging over free hours begins a record at that time', async ({ page, api }) => {
  const name = unique('Visite')
  await visit(api, name, ['08:00', '09:00'])
  await openCalendar(page, name)
  const column = await page.locator('[data-drop="2031-02-06"]').boundingBox()
  const beside = await event(page, name).boundingBox()
  if (!column || !beside) throw new Error('the week is not drawn')
  await page.mouse.move(column.x + 40, beside.y)
  await page.mouse.down()
  await page.mouse.move(column.x + 40, beside.y + 72, { steps: 6 })
  await page.mouse.up()
  await page.waitForURL(/appointments\/new/)
  await expect(field(page, 'starts_at').locator('input').first()).toHaveValue(/06\/02\/2031/)
})

/** A weekly series on Mondays and Wednesdays, with somebody who takes part. */
async function series(api: Api, name: string) {
  const { organiser_id: ada } = await visit(api, unique('Autre'), ['05:00', '05:30'])
  return visit(api, name, ['08:00', '09:00'], {
    recurrence: 'FREQ=WEEKLY;BYDAY=MO,WE',
    participants: [{ user_id: ada, required: false }],
  })
}

test('one occurrence of a series is moved by the keyboard alone, as a record of its own, and taken back', async ({
  page,
  api,
}) => {
  const name = unique('Point')
  const { id } = await series(api, name)
  await openCalendar(page, name)
  await expect(event(page, name)).toHaveCount(2)
  await page.getByRole('link', { name: new RegExp(`^${name}, mer\\. 5`) }).focus()
  await page.keyboard.press('Shift+ArrowRight')
  const asked = page.getByRole('dialog', { name: `${name} se répète` })
  await expect(asked.getByRole('button', { name: 'Seulement celui du mercredi 5 février' })).toBeFocused()
  await page.keyboard.press('Enter')
  const moved = page.getByRole('link', { name: new RegExp(`^${name}, jeu\\. 6, 09:00`) })
  await expect(moved).toBeFocused()
  await expect(event(page, name)).toHaveCount(2)
  expect((await api.read('appointments', id))?.recurrence_exceptions).toBe('20310205')
  const own = (await moved.getAttribute('href'))?.split('/').at(-1) ?? ''
  const made = await api.read('appointments', `${own}?$expand=participants`)
  expect(made).toMatchObject({ series_id: id, occurrence: '2031-02-05', recurrence: null, name })
  expect(made?.participants).toMatchObject([{ required: false }])
  await page.getByRole('button', { name: 'Rétablir' }).click()
  await expect(page.getByRole('link', { name: new RegExp(`^${name}, mer\\. 5`) })).toHaveCount(1)
  await expect(moved).toHaveCount(0)
  expect((await api.read('appointments', id))?.recurrence_exceptions).toBeNull()
})

test('an occurrence is dragged with those that follow, and with the whole series', async ({ page, api }) => {
  const name = unique('Point')
  const { id } = await series(api, name)
  await openCalendar(page, name, { day: '2031-02-10' })
  const at = (words: string) => page.getByRole('link', { name: new RegExp(`^${name}, ${words}`) })
  const box = await at('lun\\. 10').boundingBox()
  const target = await page.locator('[data-drop="2031-02-11"]').boundingBox()
  if (!box || !target) throw new Error('the week is not drawn')
  await page.mouse.move(box.x + 20, box.y + 8)
  await page.mouse.down()
  await page.mouse.move(target.x + 30, box.y + 8 + 48, { steps: 8 })
  await page.mouse.up()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /et les suivants/ })
    .click()
  await expect(at('mar\\. 11, 10:00')).toHaveCount(1)
  await expect(at('jeu\\. 13, 10:00')).toHaveCount(1)
  await expect(event(page, name)).toHaveCount(2)
  expect((await api.read('appointments', id))?.recurrence).toBe('FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20310209')
  await page.getByRole('button', { name: 'Avant' }).click()
  await expect(at('lun\\. 3, 09:00')).toHaveCount(1)
  await at('mer\\. 5').focus()
  await page.keyboard.press('Shift+Alt+ArrowDown')
  await page.getByRole('dialog').getByRole('button', { name: 'Toute la série' }).press('Enter')
  await expect(at('lun\\. 3, 09:00 – 10:15')).toHaveCount(1)
  await expect(at('mer\\. 5, 09:00 – 10:15')).toBeFocused()
  await page.getByRole('radiogroup', { name: 'Étendue' }).getByText('Mois').click()
  await expect(event(page, name)).toHaveCount(8)
})

test('a day by organiser gives each a column, and an event is dragged from one to the other', async ({
  page,
  api,
  as,
}) => {
  const name = unique('Visite')
  const { id, organiser_id: ada } = await visit(api, `${name} d’Ada`, ['08:00', '09:00'])
  const bruno = await as('bruno')
  await visit(bruno.api, `${name} de Bruno`, ['10:00', '11:00'])
  await openCalendar(page, name, { scale: 'day', by: 'yes' })
  await expect(page.getByText('Ada Lenoir', { exact: true }).first()).toBeVisible()
  const from = await event(page, `${name} d’Ada`).boundingBox()
  const to = await event(page, `${name} de Bruno`).boundingBox()
  if (!from || !to) throw new Error('the day is not drawn')
  await page.mouse.move(from.x + 20, from.y + 8)
  await page.mouse.down()
  await page.mouse.move(to.x + 20, from.y + 8, { steps: 8 })
  await page.mouse.up()
  await expect.poll(async () => (await api.read('appointments', id))?.organiser_id).not.toBe(ada)
})

test('what somebody else plans appears', async ({ page, api, as }) => {
  const name = unique('Visite')
  await visit(api, `${name} A`, ['08:00', '09:00'])
  await openCalendar(page, name)
  await expect(event(page, `${name} A`)).toHaveCount(1)
  const bruno = await as('bruno')
  await visit(bruno.api, `${name} B`, ['10:00', '11:00'])
  await expect(event(page, `${name} B`)).toHaveCount(1)
})

test('a phone opens on what comes, day by day', async ({ page, api }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  const name = unique('Visite')
  await visit(api, name, ['08:00', '09:00'])
  await openCalendar(page, name)
  const day = page.getByRole('region', { name: 'lundi 3 février' })
  await expect(day.getByRole('link')).toHaveText([name])
  await expect(day).toContainText('09:00 – 10:00')
  await expectAccessible(page)
})

for (const scale of ['week', 'month']) {
  test(`a calendar is accessible: ${scale}`, async ({ page, api }) => {
    const name = unique('Visite')
    await visit(api, name, ['08:00', '09:00'])
    await visit(api, `${name} toute la journée`, ['08:00', '09:00'], { all_day: true })
    await openCalendar(page, name, { scale })
    await expect(event(page, name)).toHaveCount(2)
    await expectAccessible(page)
  })
}
