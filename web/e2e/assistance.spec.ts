import type { Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { expect, field, input, speak, test, unique } from './base'

/** Support access: the integrator asks, the client answers, sees it while it lasts, and ends it. */

// What the client is asked for is one list: one test after the other.
test.describe.configure({ mode: 'default' })

/** Asks to enter the client's test environment, and leaves the operation on the screen. */
async function ask(page: Page, ticket: string, profile?: string): Promise<void> {
  await page.goto('/e/platform/operations/new')
  await input(page, 'kind').click()
  await page
    .getByRole('option', { name: 'Accès d’assistance' })
    .or(page.getByRole('option', { name: "Accès d'assistance" }))
    .click()
  await input(page, 'environment').fill('test')
  await page.getByRole('option', { name: /test/i }).first().click()
  if (profile) await input(page, 'profiles').fill(profile)
  await input(page, 'purpose').fill('Vérifier un import refusé')
  await input(page, 'ticket').fill(ticket)
  await page.keyboard.press('Control+Enter')
  await expect(field(page, 'step')).toContainText('Attendre la réponse')
}

test('an integrator asks to enter, the client sees who and why, approves, and ends it', async ({ as }) => {
  test.slow()
  const ines = await as('ines')
  const ticket = unique('T')
  await ask(ines.page, ticket)
  await expectAccessible(ines.page)

  const ada = await as('ada')
  await ada.page.goto('/e/acme-test/accounts')
  const band = ada.page.getByRole('region', { name: 'Accès d’assistance' })
  await expect(band).toContainText('demande à entrer ici')
  await band.getByRole('link', { name: 'Voir' }).click()
  await expect(ada.page.getByRole('heading', { name: 'Accès d’assistance' })).toBeVisible()
  const asked = ada.page.getByRole('listitem').filter({ hasText: ticket })
  await expect(asked).toContainText('Vérifier un import refusé')
  await expect(asked).toContainText('Atelier du Rhin')
  await expectAccessible(ada.page)
  await asked.getByRole('button', { name: 'Accorder' }).click()
  await expect(field(ines.page, 'step')).toContainText('Accès ouvert')

  const visitor = await as('ines')
  await visitor.page.goto('/e/acme-test/accounts')
  await expect(visitor.page.getByRole('region', { name: 'Accès d’assistance' })).toContainText(
    'Vous êtes ici par un accès d’assistance',
  )
  await expect(visitor.page.getByRole('link', { name: 'Créer', exact: true })).toHaveCount(0)

  await ada.page.reload()
  await expect(asked).toContainText('Accordé par')
  await asked.getByRole('button', { name: 'Y mettre fin' }).click()
  await visitor.page.reload()
  await expect(visitor.page.getByRole('region', { name: 'Accès d’assistance' })).toHaveCount(0)
  await expect(field(ines.page, 'state')).toContainText('Faite')
  await ada.page.reload()
  await expect(asked).toContainText('Fini')

  // What was asked, opened and ended is told as such by the journal, in both languages and on a phone.
  await ada.page.goto('/admin/acme-test/audit')
  await expect(ada.page.getByText(/a fini l’accès d’assistance de/).first()).toBeVisible()
})

test('who is there to help is told why no archive is theirs to take, in both languages', async ({ as }) => {
  test.slow()
  const omar = await as('omar')
  const ticket = unique('T')
  await ask(omar.page, ticket, 'administrator')
  const ada = await as('ada')
  await ada.page.goto('/admin/acme-test/assistance')
  const asked = ada.page.getByRole('listitem').filter({ hasText: ticket })
  await asked.getByRole('button', { name: 'Accorder' }).click()
  await expect(field(omar.page, 'step')).toContainText('Accès ouvert')

  const { page } = await as('omar')
  await page.goto('/admin/acme-test/data')
  const archive = page.getByRole('region', { name: 'Tout emporter' })
  await expect(archive).toContainText('les archives ne sont remises qu’aux personnes du client')
  await expect(archive.getByRole('button')).toHaveCount(0)
  await expect(archive.getByRole('link')).toHaveCount(0)
  await expectAccessible(page)
  await speak(page, 'en')
  await page.goto('/admin/acme-test/data')
  await expect(page.getByRole('region', { name: 'Take everything along' })).toContainText(
    'archives are handed to the client’s own people only',
  )
  await ada.page.reload()
  await asked.getByRole('button', { name: 'Y mettre fin' }).click()
  await expect(field(omar.page, 'state')).toContainText('Faite')
})

test.describe('in English, on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  test('the page of support accesses says what it is', async ({ as }) => {
    const { page } = await as('ada')
    await speak(page, 'en')
    await page.goto('/admin/acme-test/assistance')
    await expect(page.getByText('Nobody of the operator or the integrator may enter here for good.')).toBeVisible()
    await expectAccessible(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  })
})
