import { expectAccessible } from './axe'
import { expect, field, input, nobody, test, unique } from './base'
import { password } from './people'

/** Sixteen points, all blue. */
const logo = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR4nGPQjumCIwbiOAC18xERIjR1jAAAAABJRU5ErkJggg==',
  'base64',
)

/** What an environment shows of whose it is. */

test('by a host name of its own, an environment says whose it is before one signs in; its logo is at the top of its screens', async ({
  browser,
  baseURL,
  playwright,
}) => {
  const operator = await playwright.request.newContext({
    baseURL,
    storageState: nobody,
    extraHTTPHeaders: { Origin: baseURL ?? '' },
  })
  const entered = await operator.post('/session', { data: { email: 'omar@tisserand.example', password } })
  expect(entered.ok()).toBe(true)
  const context = await browser.newContext({ baseURL, locale: 'fr-FR', storageState: await operator.storageState() })
  const page = await context.newPage()
  await page.goto('/e/platform/environments')
  await page.getByRole('link', { name: 'Maison Garance' }).click()
  await page.getByRole('button', { name: 'Modifier' }).click()
  await field(page, 'logo')
    .locator('input[type=file]')
    .setInputFiles({ name: 'garance.png', mimeType: 'image/png', buffer: logo })
  await page.getByRole('button', { name: 'Enregistrer' }).click()
  await expect(field(page, 'logo').getByRole('img', { name: 'garance.png' })).toBeVisible()

  const host = `${unique('garance')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')}.localhost`
  await page.goto('/e/platform/environment_hosts/new')
  await input(page, 'host').fill(host)
  await input(page, 'environment').fill('Maison Garance')
  await page.getByRole('option', { name: 'Maison Garance' }).first().click()
  await page.keyboard.press('Control+Enter')
  await expect(page).toHaveURL(/[0-9a-f-]{36}/)

  const stranger = await browser.newContext({ locale: 'fr-FR', reducedMotion: 'reduce' })
  const theirs = await stranger.newPage()
  await theirs.goto(`http://${host}:${new URL(baseURL ?? '').port}/`)
  await expect(theirs).toHaveURL(/sign-in/)
  const whose = theirs.getByRole('main').getByText('Maison Garance')
  await expect(whose).toBeVisible()
  await expect(theirs.getByText('Votre session est terminée')).toHaveCount(0)
  const shown = whose.locator('img')
  await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(4)
  await expectAccessible(theirs)
  await theirs.getByLabel('Adresse e-mail').fill('claire.vidal@maison-garance.example')
  await theirs.getByRole('textbox', { name: 'Mot de passe' }).fill(password)
  await theirs.getByRole('button', { name: 'Se connecter', exact: true }).click()
  const top = theirs.getByRole('navigation', { name: 'Navigation principale' }).first().locator('img').first()
  await expect.poll(() => top.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(4)
  await stranger.close()

  // By the usual one, it is the product that one signs in to.
  const other = await browser.newContext({ baseURL, locale: 'fr-FR' })
  const usual = await other.newPage()
  await usual.goto('/sign-in')
  await expect(usual.getByRole('main').getByText('tisserand', { exact: true })).toBeVisible()
  await other.close()
  await context.close()
  await operator.dispose()
})
