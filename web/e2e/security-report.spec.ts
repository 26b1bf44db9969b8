import { expectAccessible } from './axe'
import { expect, test } from './base'

test('an administrator sees what protects their environment, and goes where it is mended', async ({ as }) => {
  const { page } = await as('ada')
  await page.goto('/admin/acme')
  await page.getByRole('link', { name: /^Sécurité/ }).click()
  const open = page.getByRole('region', { name: /à regarder/ })
  await expect(open).toContainText('Personnes qui entrent avec un mot de passe seul')
  await expect(open).toContainText('Ada Lenoir')
  await expect(page.getByRole('region', { name: /comme il faut/ })).toContainText('Administrateurs')
  await expectAccessible(page)
  const factors = open.getByRole('listitem').filter({ hasText: 'mot de passe seul' })
  await factors.getByRole('link', { name: 'Y aller' }).click()
  await expect(page.getByRole('heading', { name: 'Connexions' })).toBeVisible()
})

test('who operates the platform sees how it is installed', async ({ as }) => {
  const { page } = await as('omar')
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/admin/platform/security')
  await expect(page.getByRole('region', { name: /à regarder/ })).toContainText('La clé qui scelle les secrets')
  await expectAccessible(page)
})
