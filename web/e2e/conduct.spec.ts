import type { Page } from '@playwright/test'
import { expectNoFault } from './axe'
import { env, expect, field, input, openRecord, speak, test, unique } from './base'

/** A form that has its device: a field shown on a condition that does not hold is gone. */
async function openNew(page: Page, collection: string, hidden: string): Promise<void> {
  await page.goto(`/e/${env}/${collection}/new`)
  await expect(field(page, 'name')).toBeVisible()
  await expect(field(page, hidden)).toHaveCount(0)
}

async function choose(page: Page, name: string, word: string): Promise<void> {
  await input(page, name).click()
  await page.getByRole('option', { name: word, exact: true }).click()
}

test('a field appears when its condition holds, and goes when it does not', async ({ page }) => {
  await openNew(page, 'appointments', 'link')
  await choose(page, 'kind', 'Visioconférence')
  await expect(input(page, 'link')).toBeVisible()
  await input(page, 'link').fill('pas une adresse')
  await input(page, 'name').fill('Point')
  await expect(field(page, 'link')).toContainText('adresse')
  await expectNoFault(page)
  await choose(page, 'kind', 'Visite commerciale')
  await expect(field(page, 'link')).toHaveCount(0)
})

test('what is wrong with a hidden field keeps nobody from saving', async ({ page }) => {
  const name = unique('Visite commerciale')
  await openNew(page, 'appointments', 'link')
  await choose(page, 'kind', 'Visioconférence')
  await input(page, 'link').fill('pas une adresse')
  await input(page, 'name').fill(name)
  await choose(page, 'kind', 'Visite commerciale')
  await fillMoment(page, 'starts_at', '04/12/2026', '14:00')
  await fillMoment(page, 'ends_at', '04/12/2026', '15:30')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
})

/** Types a day and a time, and leaves the field. */
async function fillMoment(page: Page, name: string, day: string, time: string): Promise<void> {
  await input(page, name).fill(day)
  await field(page, name).locator('input').nth(1).fill(time)
  await field(page, name).locator('input').nth(1).blur()
}

test('a computed field follows what is typed', async ({ page, api }) => {
  const name = unique('Durée')
  const { id } = await api.create('appointments', {
    name,
    starts_at: '2026-12-04T13:00:00Z',
    ends_at: '2026-12-04T14:00:00Z',
  })
  await openRecord(page, 'appointments', id)
  await expect(field(page, 'duration')).toContainText('1 h')
  await page.getByRole('button', { name: 'Modifier' }).click()
  await fillMoment(page, 'ends_at', '04/12/2026', '16:30')
  await expect(field(page, 'duration')).toContainText('2 h 30')
})

test('a figure over lines follows the lines', async ({ page }) => {
  await page.goto(`/e/${env}/tasks/new`)
  await input(page, 'name').fill(unique('Étapes'))
  await page.getByRole('tab', { name: /Étapes/ }).click()
  await page.getByRole('button', { name: 'Ajouter une ligne' }).click()
  await page.getByRole('button', { name: 'Ajouter une ligne' }).click()
  const done = field(page, 'steps').getByRole('checkbox').or(field(page, 'steps').getByRole('switch'))
  await expect(done).toHaveCount(2)
  await done.first().check({ force: true })
  await expect(field(page, 'progress')).toContainText('50')
  await page
    .getByRole('button', { name: 'Supprimer la ligne 2' })
    .or(page.getByRole('button', { name: /ligne 2/ }))
    .last()
    .click()
  await expect(field(page, 'progress')).toContainText('100')
})

test('defaults stand in a new record before it is sent; emptied, they stay away', async ({ page, api }) => {
  await openNew(page, 'tasks', 'done_at')
  await expect(input(page, 'priority')).toHaveValue('Normale')
  await expect(input(page, 'assignee')).toHaveValue('Ada Lenoir')
  const name = unique('Défauts')
  await input(page, 'name').fill(name)
  await page.keyboard.press('Control+Enter')
  await expect(page).toHaveURL(/tasks\/[0-9a-f-]{36}/)
  const id = /tasks\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? ''
  expect(await api.read('tasks', id)).toMatchObject({ name, priority: 'normal', status: 'to_do' })
})

test('a rule is told when the field was left, not while it is typed, and goes when it holds', async ({ page }) => {
  await openNew(page, 'appointments', 'link')
  await fillMoment(page, 'starts_at', '04/12/2026', '14:00')
  await input(page, 'ends_at').fill('04/12/2026')
  await field(page, 'ends_at').locator('input').nth(1).press('Control+a')
  await page.keyboard.type('13:00')
  await expect(field(page, 'ends_at')).not.toContainText('finit avant')
  await field(page, 'ends_at').locator('input').nth(1).blur()
  await expect(field(page, 'ends_at')).toContainText('Le rendez-vous finit avant de commencer.')
  await expectNoFault(page)
  await field(page, 'ends_at').locator('input').nth(1).fill('15:00')
  await expect(field(page, 'ends_at')).not.toContainText('finit avant')
})

test('a required field is told once it was left empty, and keeps the form here', async ({ page }) => {
  await openNew(page, 'appointments', 'link')
  await expect(field(page, 'name')).not.toContainText('obligatoire')
  let sent = 0
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().includes('/appointments')) sent += 1
  })
  await page.keyboard.press('Control+Enter')
  await expect(field(page, 'name')).toContainText('Ce champ est obligatoire.')
  await expect(input(page, 'name')).toBeFocused()
  expect(sent).toBe(0)
})

test('in English, conditions, rules and defaults are as in French', async ({ page }) => {
  await speak(page, 'en')
  await openNew(page, 'appointments', 'link')
  await choose(page, 'kind', 'Video call')
  await expect(input(page, 'link')).toBeVisible()
  await fillMoment(page, 'starts_at', '04/12/2026', '14:00')
  await fillMoment(page, 'ends_at', '04/12/2026', '13:00')
  await expect(field(page, 'ends_at')).toContainText('The appointment ends before it starts.')
  await expectNoFault(page)
})

test('without the device a form works as ever: the server says what is wrong', async ({ page }) => {
  await page.route('**/*.wasm', (route) => route.abort())
  await page.goto(`/e/${env}/appointments/new`)
  await expect(field(page, 'link')).toBeVisible()
  await input(page, 'name').fill(unique('Sans'))
  await fillMoment(page, 'starts_at', '04/12/2026', '14:00')
  await fillMoment(page, 'ends_at', '04/12/2026', '13:00')
  await expect(field(page, 'ends_at')).not.toContainText('finit avant')
  await page.keyboard.press('Control+Enter')
  await expect(field(page, 'ends_at')).toContainText('Le rendez-vous finit avant de commencer.')
})
