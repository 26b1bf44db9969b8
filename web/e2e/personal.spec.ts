import type { Page } from '@playwright/test'
import { env, expect, openList, rows, test, unique } from './base'

/** What is a person's own: theirs on every device, and nobody else's. Tests of one person follow each other. */

test.describe.configure({ mode: 'serial' })

async function preferences(page: Page): Promise<void> {
  await page.goto(`/me/${env}`)
  await page.getByRole('heading', { level: 1, name: 'Préférences' }).waitFor()
}

function zone(page: Page) {
  return page.locator('input[aria-labelledby="zone"]')
}

async function palette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox', { name: 'Rechercher ou aller à' })).toBeFocused()
}

/** Types in the palette, and goes down to an entry. */
async function choose(page: Page, typed: string, name: string): Promise<void> {
  await page.keyboard.type(typed)
  const wanted = page.getByRole('option', { name, exact: true })
  await wanted.waitFor()
  // Moved to by hand, it stays chosen as more is found.
  await page.keyboard.press('ArrowDown')
  while ((await wanted.getAttribute('aria-selected')) !== 'true') await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
}

/** Runs what changes a preference, and waits until the server keeps it. */
async function keep(page: Page, change: () => Promise<void>): Promise<void> {
  const kept = page.waitForResponse(
    (answer) => answer.request().method() === 'PATCH' && answer.url().includes('$preferences'),
  )
  await change()
  expect((await kept).ok()).toBe(true)
}

test('theme, density, zone, first day and start page are the same on another device', async ({ as }) => {
  const { page, api } = await as('helene')
  const phone = await as('helene')
  const visit = await api.create('appointments', {
    name: unique('À New York'),
    starts_at: '2026-01-15T23:30:00Z',
    ends_at: '2026-01-16T00:30:00Z',
  })
  await preferences(page)
  await keep(page, () => page.getByText('Sombre', { exact: true }).click())
  await keep(page, () => page.getByText('Serrée', { exact: true }).click())
  await keep(page, () => page.getByText('Dimanche', { exact: true }).click())
  await keep(page, async () => {
    await zone(page).fill('new york')
    await page.getByRole('option', { name: /New York/ }).click()
  })
  await keep(page, () =>
    page
      .getByRole('combobox', { name: 'Page d’arrivée' })
      .selectOption({ label: 'Contacts' })
      .then(() => {}),
  )
  const other = phone.page
  // The page that opens first, with the colours and the rows that were chosen elsewhere.
  await other.goto(`/e/${env}`)
  await expect(other).toHaveURL(/\/contacts/)
  await expect(other.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
  await rows(other).first().waitFor()
  expect((await rows(other).first().locator('xpath=ancestor::*[@role="row"][1]').boundingBox())?.height).toBe(28)
  // Home is still a place to go to.
  await other.getByRole('link', { name: 'Accueil' }).first().click()
  await expect(other.getByRole('heading', { level: 1 })).toContainText('Hélène')
  // Hours are those of New York where they are shown, typed and put on a calendar.
  await other.goto(`/e/${env}/appointments/${visit.id}`)
  await expect(other.locator('[data-field="starts_at"]')).toContainText('18:30')
  await other.getByRole('button', { name: 'Modifier' }).click()
  await expect(other.locator('[data-field="starts_at"] input').nth(1)).toHaveValue('18:30')
  await other.keyboard.press('Escape')
  const week = encodeURIComponent(JSON.stringify({ scale: 'week', day: '2026-01-15' }))
  await other.goto(`/e/${env}/appointments?view=calendar&q=${encodeURIComponent(String(visit.name))}&at=${week}`)
  await expect(other.getByText('America/New York')).toBeVisible()
  // The week begins on a Sunday: the 11th of January was one.
  await expect(other.getByText(/11.*17 janv/)).toBeVisible()
  await expect(other.getByText(String(visit.name)).first()).toBeVisible()
})

test('preferences go back to what comes by itself', async ({ as }) => {
  const { page } = await as('helene')
  await preferences(page)
  await keep(page, () => page.getByText('Clair', { exact: true }).click())
  await keep(page, () => page.getByText('Aérée', { exact: true }).click())
  await keep(page, () => page.getByText('Lundi', { exact: true }).click())
  await keep(page, async () => {
    await zone(page).fill('entreprise')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
  })
  await keep(page, () =>
    page
      .getByRole('combobox', { name: 'Page d’arrivée' })
      .selectOption({ label: 'Accueil' })
      .then(() => {}),
  )
  await page.goto(`/e/${env}`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Hélène')
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'light')
})

test('parts of a dashboard are moved and hidden by keyboard, and stay as they were put, elsewhere too', async ({
  as,
}) => {
  const { page } = await as('helene')
  await page.goto(`/e/${env}`)
  const names = (of: Page) =>
    of.locator('section[data-kind]').evaluateAll((parts) => parts.map((part) => part.ariaLabel))
  await expect.poll(async () => (await names(page))[0]).toBe('Mes tâches en retard')
  await page.getByRole('button', { name: 'Arranger' }).press('Enter')
  await keep(page, () => page.getByRole('button', { name: 'Reculer « Mes tâches en retard »' }).press('Enter'))
  await keep(page, () => page.getByRole('button', { name: 'Masquer « À rappeler »' }).press('Enter'))
  await page.getByRole('button', { name: 'Terminé' }).press('Enter')
  const { page: other } = await as('helene')
  await other.goto(`/e/${env}`)
  await expect
    .poll(async () => (await names(other)).slice(0, 2))
    .toEqual(['Mes tâches ouvertes', 'Mes tâches en retard'])
  expect(await names(other)).not.toContain('À rappeler')
  await other.getByRole('button', { name: 'Arranger' }).click()
  await keep(other, () => other.getByRole('button', { name: 'Comme au départ' }).click())
  await other.getByRole('button', { name: 'Terminé' }).click()
  // The first device follows, without being asked.
  await expect.poll(async () => (await names(page))[0]).toBe('Mes tâches en retard')
  expect(await names(page)).toContain('À rappeler')
})

test('a star keeps a record, a list and a dashboard at hand; what is deleted leaves', async ({ as }) => {
  const { page, api } = await as('helene')
  const name = unique('Étoilé')
  const { id } = await api.create('accounts', { name })
  await page.goto(`/e/${env}/accounts/${id}`)
  await page.getByRole('button', { name: `Ajouter « ${name} » aux favoris` }).click()
  await expect(page.getByRole('button', { name: `Retirer « ${name} » des favoris` })).toBeVisible()
  await openList(page, 'contacts')
  await page.getByRole('button', { name: 'Ajouter « Contacts » aux favoris' }).press('Enter')
  await expect(page.getByRole('button', { name: 'Retirer « Contacts » des favoris' })).toBeVisible()
  const { page: other } = await as('helene')
  await other.goto(`/e/${env}`)
  const kept = other.getByRole('region', { name: 'Favoris' })
  await expect(kept.getByRole('link')).toHaveText([name, 'Contacts'])
  // First in the palette, by the keyboard alone.
  await other.keyboard.press('Control+k')
  await expect(other.getByRole('option', { name }).first()).toHaveAttribute('aria-selected', 'true')
  await other.keyboard.press('Enter')
  await expect(other).toHaveURL(new RegExp(id))
  // By another name, then gone.
  await api.change('accounts', id, { name: `${name} bis` })
  await other.goto(`/e/${env}`)
  await expect(kept.getByRole('link').first()).toHaveText(`${name} bis`)
  await expect(
    other
      .getByRole('region', { name: /Consultés/ })
      .getByRole('link')
      .first(),
  ).toContainText(`${name} bis`)
  await api.remove('accounts', id)
  await other.reload()
  await expect(kept.getByRole('link')).toHaveText(['Contacts'])
  await expect(other.getByRole('region', { name: /Consultés/ }).getByRole('link', { name })).toHaveCount(0)
  await openList(page, 'contacts')
  await page.getByRole('button', { name: 'Retirer « Contacts » des favoris' }).click()
  await expect(page.getByRole('button', { name: 'Ajouter « Contacts » aux favoris' })).toBeVisible()
})

test('the palette does what the record can, and what surrounds every screen, by keyboard', async ({ as }) => {
  const { page, api } = await as('helene')
  const { id } = await api.create('tasks', { name: unique('À commencer') })
  await page.goto(`/e/${env}/tasks/${id}`)
  await page.getByRole('button', { name: 'Modifier' }).waitFor()
  await palette(page)
  await choose(page, 'commencer', 'Commencer')
  await expect.poll(async () => (await api.read('tasks', id))?.status).toBe('in_progress')
  await palette(page)
  await choose(page, 'sessions', 'Sessions')
  await expect(page.getByRole('heading', { level: 1, name: 'Sessions' })).toBeVisible()
  await page.keyboard.press('h')
  await expect(page.getByRole('dialog', { name: 'Aide' })).toContainText("Ce qui s'est passé avec un tiers")
  await page.keyboard.press('Escape')
  await palette(page)
  await choose(page, 'propos', 'À propos')
  await expect(page.getByText('Apache-2.0')).toBeVisible()
  await expect(page.getByRole('list', { name: 'Modules' })).toContainText('Socle 1.0.0')
  const notices = await page.request.get('/notices.txt')
  expect(await notices.text()).toContain('react')
})
