import { expectAccessible } from './axe'
import { env, expect, test } from './base'
import { people } from './people'

const windows =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0'

test('an attempt that was not mine is among my sign-ins, and an administrator finds it by person and kind', async ({
  page,
  anew,
  playwright,
  baseURL,
}) => {
  const thief = await playwright.request.newContext({ baseURL, userAgent: windows })
  const refused = await thief.post('/session', { data: { email: people.theo, password: 'deviné, presque' } })
  expect(refused.status()).toBe(401)
  await thief.dispose()
  const { page: his } = await anew('theo')
  await his.goto(`/me/${env}/sessions`)
  await his.getByRole('link', { name: 'Mes connexions' }).click()
  const mine = his.getByRole('list', { name: 'Mes connexions' }).getByRole('listitem')
  await expect(mine.nth(0)).toContainText('Connexion')
  await expect(mine.nth(0)).toContainText('mot de passe')
  const attempt = mine.filter({ hasText: 'Mot de passe incorrect' }).first()
  await expect(attempt).toContainText('Edge · Windows')
  await expectAccessible(his)

  await page.goto(`/admin/${env}`)
  await page.getByRole('link', { name: /^Connexions/ }).click()
  const all = page.getByRole('list', { name: 'Connexions' }).getByRole('listitem')
  await expect(all.first()).toBeVisible()
  await page
    .getByRole('combobox', { name: 'Personne' })
    .or(page.getByRole('textbox', { name: 'Personne' }))
    .first()
    .click()
  await page.getByRole('option', { name: 'Théo Klein' }).click()
  await page
    .getByRole('combobox', { name: 'Événement' })
    .or(page.getByRole('textbox', { name: 'Événement' }))
    .first()
    .click()
  await page.getByRole('option', { name: 'Mot de passe incorrect' }).click()
  await expect(page).toHaveURL(/event=wrong_password/)
  await expect(all.filter({ hasNotText: 'Mot de passe incorrect' })).toHaveCount(0)
  await expect(all.first()).toContainText('Théo Klein')
  await expect(all.first()).toContainText('Edge · Windows')
  await expectAccessible(page)
})
