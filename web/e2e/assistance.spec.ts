import { expectAccessible } from './axe'
import { expect, field, input, speak, test, unique } from './base'

/** Support access: the integrator asks, the client answers, sees it while it lasts, and ends it. */

test('an integrator asks to enter, the client sees who and why, approves, and ends it', async ({ as }) => {
  test.slow()
  const ines = await as('ines')
  const ticket = unique('T')
  await ines.page.goto('/e/platform/operations/new')
  await input(ines.page, 'kind').click()
  await ines.page
    .getByRole('option', { name: 'Accès d’assistance' })
    .or(ines.page.getByRole('option', { name: "Accès d'assistance" }))
    .click()
  await input(ines.page, 'environment').fill('test')
  await ines.page.getByRole('option', { name: /test/i }).first().click()
  await input(ines.page, 'purpose').fill('Vérifier un import refusé')
  await input(ines.page, 'ticket').fill(ticket)
  await ines.page.keyboard.press('Control+Enter')
  await expect(field(ines.page, 'step')).toContainText('Attendre la réponse')
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
