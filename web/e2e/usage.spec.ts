import { expectAccessible } from './axe'
import { env, expect, speak, test } from './base'

/** What a subscription includes and what is used of it: the client's administrators, and the integrator in the directory. */

test('an administrator reads what is included and used, on a wide screen and on a phone, in both languages', async ({
  page,
}) => {
  await page.goto(`/admin/${env}`)
  await page.getByRole('link', { name: /^Abonnement/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Abonnement' })).toBeVisible()
  const usage = page.getByRole('region', { name: 'Consommation' })
  await expect(usage.getByRole('listitem').filter({ hasText: 'Utilisateurs nommés' })).toContainText(/\d+ sur \d+/)
  await expect(usage.getByRole('listitem').filter({ hasText: 'Stockage' })).toContainText(/Mo sur 2.Go/)
  await expect(page.getByRole('region', { name: 'Ce qui a été souscrit' })).toContainText('Acme Chauffage')
  await expectAccessible(page)

  await page.setViewportSize({ width: 390, height: 844 })
  await speak(page, 'en')
  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: 'Subscription' })).toBeVisible()
  const english = page.getByRole('region', { name: 'Usage' })
  await expect(english.getByRole('listitem').filter({ hasText: 'Storage' })).toContainText(/MB of 2.GB/)
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
  expect(wide).toBeLessThanOrEqual(screen ?? 0)
  await expectAccessible(page)
})

test('an integrator sees how much of each volume is used, and where statements will be', async ({ as }) => {
  const { page } = await as('ines')
  await page.goto('/e/platform/subscriptions')
  await page.getByRole('link', { name: 'Acme Chauffage' }).first().click()
  const volumes = page.getByRole('region', { name: 'Volumes compris' }).or(page.getByRole('table'))
  await expect(volumes.first()).toContainText('Part consommée')
  await expect(page.getByText('Stockage (Mo)').first()).toBeVisible()
  await page.getByRole('tab', { name: 'Relevés mensuels' }).click()
  await expect(page.getByRole('tabpanel', { name: 'Relevés mensuels' })).toBeVisible()
  await expectAccessible(page)
})
