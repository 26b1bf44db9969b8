import type { Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { expect, field, input, test, unique } from './base'

async function choose(page: Page, name: string, word: string): Promise<void> {
  await input(page, name).fill(word)
  await page.getByRole('option', { name: word }).first().click()
}

async function save(page: Page): Promise<void> {
  await page.keyboard.press('Control+Enter')
  await expect(page).toHaveURL(/[0-9a-f-]{36}/)
}

/** GlobalDirectory: an integrator and their clients. */

test('an integrator makes a client, a project, a subscription and an environment, and one user too many is refused with the reason', async ({
  as,
}) => {
  test.slow()
  const { page } = await as('ines')
  const client = unique('Menuiserie Weber')
  const name = unique('weber')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
  await page.goto('/e/platform/organisations')
  await expect(page.getByRole('link', { name: 'Acme Chauffage' })).toBeVisible()
  await page.getByRole('link', { name: 'Créer', exact: true }).click()
  await input(page, 'name').fill(client)
  await choose(page, 'integrator', 'Atelier du Rhin')
  await save(page)
  await expect(page.getByRole('heading', { name: client })).toBeVisible()

  await page.goto('/e/platform/projects/new')
  await input(page, 'name').fill('Suivi des chantiers')
  await choose(page, 'client', client)
  await save(page)
  await expect(page.getByRole('heading', { name: 'Suivi des chantiers' })).toBeVisible()

  await page.goto('/e/platform/subscriptions/new')
  await choose(page, 'client', client)
  await page.getByRole('button', { name: 'Ajouter une ligne' }).click()
  await page.getByRole('textbox', { name: /Quantité/ }).fill('1')
  await save(page)
  await expect(page.getByRole('heading', { name: client })).toBeVisible()

  const ask = async (fill: () => Promise<void>) => {
    await page.goto('/e/platform/operations/new')
    await fill()
    await save(page)
  }
  await ask(async () => {
    await choose(page, 'project', 'Suivi des chantiers')
    await input(page, 'label').fill('Weber')
    await input(page, 'name').fill(name)
    await input(page, 'person_name').fill('Paul Weber')
    await input(page, 'person_email').fill(`paul@${name}.example`)
  })
  // It goes on by itself, and the page says so as it does.
  await expect(field(page, 'state')).toContainText('Faite')
  await expect(field(page, 'message')).toContainText('est prêt')
  await expectAccessible(page)

  await ask(async () => {
    await input(page, 'kind').click()
    await page.getByRole('option', { name: 'Donner un accès' }).click()
    await choose(page, 'environment', 'Weber')
    await input(page, 'person_name').fill('Léa Klein')
    await input(page, 'person_email').fill(`lea@${name}.example`)
  })
  await expect(field(page, 'state')).toContainText('Refusée')
  await expect(field(page, 'message')).toContainText('comprend 1 utilisateur(s) nommé(s), et tous sont pris')
})

test('an environment is copied without its people and renamed, and its old address leads to the new one', async ({
  as,
}) => {
  test.slow()
  const { page } = await as('ines')
  const name = unique('essais')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
  const ask = async (kind: string, environment: string, fill: () => Promise<void>) => {
    await page.goto('/e/platform/operations/new')
    await input(page, 'kind').click()
    await page.getByRole('option', { name: kind, exact: true }).click()
    await choose(page, 'environment', environment)
    await fill()
    await save(page)
  }
  await ask('Copier en pseudonymisant', 'Maison Garance', async () => {
    await input(page, 'label').fill(`Essais ${name}`)
    await input(page, 'name').fill(name)
    // Nobody's production: it is not among what it may be.
    await input(page, 'copy_usage').click()
    await expect(page.getByRole('option')).toHaveText(['Recette', 'Développement', 'Formation'])
    await page.getByRole('option', { name: 'Formation' }).click()
    await input(page, 'label').click()
  })
  await expect(field(page, 'state')).toContainText('Faite', { timeout: 60_000 })
  await expect(field(page, 'message')).toContainText('aucune retrouvée')
  await expectAccessible(page)

  await ask('Renommer', `Essais ${name}`, async () => {
    await input(page, 'name').fill(`${name}-bis`)
  })
  await expect(field(page, 'state')).toContainText('Faite')
  await expect(field(page, 'message')).toContainText('y mène encore 90 jours')
  await page.getByRole('link', { name: `Essais ${name}` }).click()
  await expect(field(page, 'name')).toContainText(`${name}-bis`)
  await page.getByRole('tab', { name: 'Anciennes adresses' }).click()
  await expect(page.getByRole('link', { name, exact: true })).toBeVisible()

  // Kept in a link, in somebody's browser.
  await ask('Donner un accès', `Essais ${name}`, async () => {
    await input(page, 'person_name').fill('Inès')
    await input(page, 'person_email').fill('ines@atelier-du-rhin.example')
  })
  await expect(field(page, 'state')).toContainText('Faite')
  await page.goto(`/e/${name}/accounts?q=zzz`)
  await expect(page).toHaveURL(new RegExp(`/e/${name}-bis/accounts\\?q=zzz`))
  await expect(page.getByRole('heading', { name: 'Tiers' })).toBeVisible()
  await page.goto(`/e/${name}-bis/contacts`)
  await expect(page.getByText('.invalid').first()).toBeVisible()
})

test('an integrator finds nothing of the platform itself, and cannot make an environment by hand', async ({ as }) => {
  const { page, context } = await as('ines')
  await page.goto('/e/platform/environments')
  await expect(page.getByRole('link', { name: 'Acme Chauffage', exact: true })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Plateforme' })).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'Créer', exact: true })).toHaveCount(0)
  expect((await context.request.get('/data/acme/accounts')).status()).toBe(404)
  await page.goto('/admin/platform/people')
  await expect(page.getByText('Réservé aux administrateurs de cet environnement.')).toBeVisible()
})
