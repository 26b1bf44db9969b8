import type { Page } from '@playwright/test'
import { env, expect, input, openRecord, rows, test, unique } from './base'

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true })

/** Nothing is wider than the screen: what should scroll sideways does so in its own frame. */
async function expectFits(page: Page): Promise<void> {
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
  expect(wide).toBeLessThanOrEqual(screen ?? 0)
}

test('on a phone a list is cards, and everything is under the thumb', async ({ page }) => {
  await page.goto(`/e/${env}/accounts`)
  await rows(page).first().waitFor()
  await expectFits(page)
  const bar = page.getByRole('navigation', { name: 'Navigation principale' }).last()
  await bar.getByRole('button', { name: 'Plus' }).click()
  await page.getByRole('dialog').getByRole('link', { name: 'Tâches' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Tâches' })).toBeVisible()
  await expectFits(page)
})

test('on a phone a record is read, edited and saved', async ({ page, api }) => {
  const { id } = await api.create('accounts', { name: unique('Poche') })
  await openRecord(page, 'accounts', id)
  await expectFits(page)
  await page.getByRole('button', { name: 'Modifier' }).click()
  await input(page, 'trade_name').fill('depuis la chaufferie')
  await expectFits(page)
  await page.getByRole('button', { name: 'Enregistrer' }).click()
  await expect(page.getByText('depuis la chaufferie')).toBeVisible()
  await page.getByRole('button', { name: 'Activité et historique' }).click()
  const beside = page.getByRole('dialog', { name: 'Activité et historique' })
  await expect(beside).toContainText('Rien encore autour de cette fiche.')
  await beside.getByText('Historique', { exact: true }).click()
  await expect(beside).toContainText('Ada Lenoir')
})
