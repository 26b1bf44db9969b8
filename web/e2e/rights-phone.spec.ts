import { expectAccessible } from './axe'
import { env, expect, test } from './base'

// Reading every element of a matrix twice takes a while on a busy machine.
test.setTimeout(150_000)

test('who may do what is read and changed on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`/admin/${env}/profiles`)
  await expect(page.getByRole('list', { name: 'Profils' }).getByRole('listitem').first()).toBeVisible()
  await expectAccessible(page)

  await page.goto(`/admin/${env}/people`)
  await page.getByRole('button', { name: 'Actions pour Camille Weber' }).click()
  await page.getByRole('menuitem', { name: 'Ce que cette personne peut faire' }).click()
  await expect(page.getByRole('button', { name: 'Voir comme Camille Weber' })).toBeVisible()
  await expectAccessible(page)

  await page.goto(`/admin/${env}/profiles/sales?edit=true`)
  await page.getByRole('button', { name: 'Détails de « Tiers »' }).click()
  await page.getByRole('button', { name: 'Changer les conditions…' }).click()
  const builder = page.getByRole('dialog', { name: 'À quelles fiches' })
  await expect(builder.getByText('Responsable : moi ou Structure : ma structure')).toBeVisible()
  await expectAccessible(page)
  // No screen is wider than the phone.
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(wide).toBeLessThanOrEqual(390)
})
