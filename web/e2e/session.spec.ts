import { env, expect, rows, test } from './base'
import { password, people } from './people'

test.describe('signing in', () => {
  test.use({ storageState: { cookies: [], origins: [] } })

  test('a wrong password is said, the right one opens the environments, and signing out closes them', async ({
    page,
  }) => {
    await page.goto('/e/acme/accounts')
    await expect(page).toHaveURL(/sign-in\?to=/)
    await page.getByLabel('Adresse e-mail').fill(people.bruno)
    await page.getByLabel('Mot de passe', { exact: true }).fill('pas le bon')
    await page.getByRole('button', { name: 'Se connecter' }).click()
    await expect(page.getByRole('alert')).toContainText('Adresse ou mot de passe incorrect')
    await page.getByLabel('Mot de passe', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Se connecter' }).click()
    // Back to where one wanted to go.
    await expect(page).toHaveURL(/\/e\/acme\/accounts/)
    await page.getByRole('button', { name: /Mon compte/ }).click()
    await page.getByRole('menuitem', { name: 'Se déconnecter' }).click()
    await expect(page.getByRole('heading', { name: 'Se connecter' })).toBeVisible()
    await page.goto('/e/acme')
    await expect(page).toHaveURL(/sign-in/)
  })

  test('everything is in English for whoever chose English', async ({ page }) => {
    await page.goto('/sign-in')
    await page.getByRole('button', { name: 'English' }).click()
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    await expect(page.locator('html')).toHaveAttribute('lang', 'en')
    await page.getByLabel('E-mail address').fill('nobody@example.org')
    await page.getByLabel('Password', { exact: true }).fill('x')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('alert')).toContainText('Wrong address or password')
  })

  test('a link to another site is not followed after signing in', async ({ page }) => {
    await page.goto('/sign-in?to=//example.org/')
    await expect(page.getByText('Heureux de vous revoir')).toBeVisible()
    expect(new URL(page.url()).search).not.toContain('example.org')
  })
})

test('environments are chosen, and one that is not production says so all along', async ({ page }) => {
  await page.goto('/e/acme')
  await page.getByRole('button', { name: /Changer d’environnement/ }).click()
  await page.getByRole('menu').getByRole('menuitem').filter({ hasText: 'recette' }).first().click()
  await expect(page.getByRole('note')).toContainText('ne touche pas la production')
})

test('who may only read is offered nothing else', async ({ as }) => {
  const { page } = await as('theo')
  await page.goto('/e/acme/accounts')
  await page.getByRole('table').getByRole('row').getByRole('link').first().click()
  await expect(page.getByRole('button', { name: 'Autres actions' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Modifier' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Autres actions' }).click()
  await expect(page.getByText('Votre profil permet de lire, pas de modifier.')).toBeVisible()
})

test('what every screen asks first is asked once, before the application is read', async ({ page }) => {
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  const answer = await page.goto(`/e/${env}/tasks`)
  expect(answer?.headers().link).toContain(`</data/${env}/$dictionary>; rel=preload`)
  await expect(rows(page).first()).toBeVisible()
  for (const path of ['/session', `/data/${env}/$dictionary`, `/data/${env}/$preferences`]) {
    expect(asked.filter((one) => one === path)).toHaveLength(1)
    expect(asked.indexOf(path)).toBeLessThan(asked.findIndex((one) => one.startsWith('/assets/')))
  }
  // Nothing is said of an environment that one may not enter.
  const other = await page.goto('/e/nowhere/tasks')
  expect(other?.headers().link).toBeUndefined()
})
