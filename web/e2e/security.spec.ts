import { createHmac } from 'node:crypto'
import type { Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { type Api, env, expect, test, unique } from './base'

const better = 'trois chats sur un toit'

/** Somebody new here, with the password they were given. */
async function newcomer(api: Api, profiles: string[]): Promise<{ name: string; email: string; given: string }> {
  const name = unique('Yves')
  const email = `${name.replace(/\W/g, '').toLowerCase()}@exemple.fr`
  const { password } = await api.letIn({ name, email, profiles })
  return { name, email, given: password }
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Adresse e-mail').fill(email)
  await page.getByLabel('Mot de passe', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Se connecter' }).click()
}

/** Chooses a password in place of the one that was given. */
async function settle(page: Page, given: string): Promise<void> {
  await page.getByLabel('Mot de passe que l’on vous a donné').fill(given)
  await page.getByLabel('Nouveau mot de passe').fill(better)
  await page.getByRole('button', { name: 'Choisir et continuer' }).click()
}

/** What the telephone shows for a secret now. RFC 6238. */
function codeOf(secret: string): string {
  const bits = [...secret].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  )
  const key = Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)))
  const digest = createHmac('sha1', key).update(counter).digest()
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 0xf) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}

test.describe('what keeps an account one’s own', () => {
  test.use({ storageState: { cookies: [], origins: [] } })

  test('a given password serves to choose one’s own, which is changed where it is asked for', async ({ page, as }) => {
    const { api } = await as('ada')
    const { email, given } = await newcomer(api, ['reader'])
    await page.goto(`/e/${env}/accounts`)
    await signIn(page, email, given)
    await expect(page.getByRole('heading', { name: 'Choisissez votre mot de passe' })).toBeVisible()
    await expectAccessible(page)
    await page.getByLabel('Mot de passe que l’on vous a donné').fill(given)
    await page.getByLabel('Nouveau mot de passe').fill('Motdepasse2026')
    await page.getByRole('button', { name: 'Choisir et continuer' }).click()
    await expect(page.getByText('Ce mot de passe se devine')).toBeVisible()
    await settle(page, given)
    // Where one wanted to go at first.
    await expect(page).toHaveURL(/\/accounts/)
    await page.goto(`/me/${env}/security`)
    const change = page.getByRole('region', { name: 'Mot de passe' })
    await change.getByLabel('Mot de passe actuel').fill('pas le bon')
    await change.getByLabel('Nouveau mot de passe').fill('quatre chats sur un toit')
    await change.getByRole('button', { name: 'Changer de mot de passe' }).click()
    await expect(
      change.getByText('Ce n’est pas votre mot de passe actuel.').or(change.getByText("Ce n'est pas")),
    ).toBeVisible()
    await change.getByLabel('Mot de passe actuel').fill(better)
    await change.getByRole('button', { name: 'Changer de mot de passe' }).click()
    await expect(page.getByText('Mot de passe changé')).toBeVisible()
    await page.goto(`/me/${env}/sign-ins`)
    await expect(page.getByRole('list', { name: 'Mes connexions' })).toContainText('Mot de passe changé')
  })

  test('a second factor is scanned, asked, stood in for by a recovery code, not asked where one trusts, and removed', async ({
    page,
    as,
  }) => {
    const { api } = await as('ada')
    const { email, given } = await newcomer(api, ['reader'])
    await page.goto(`/me/${env}/security`)
    await signIn(page, email, given)
    await settle(page, given)
    await expect(page.getByRole('heading', { name: 'Sécurité' })).toBeVisible()
    const factor = page.getByRole('region', { name: 'Second facteur' })
    await factor.getByRole('button', { name: 'Ajouter un second facteur' }).click()
    await factor.getByLabel('Mot de passe actuel').fill(better)
    await factor.getByRole('button', { name: 'Ajouter un second facteur' }).click()
    await expect(factor.getByRole('img', { name: /Image à scanner/ })).toBeVisible()
    await expectAccessible(page)
    const secret = (await factor.locator('code').innerText()).replaceAll(/\s/g, '')
    await factor.getByLabel('Code que montre').fill('000000')
    await factor.getByRole('button', { name: 'Confirmer' }).click()
    await expect(factor.getByText(/Ce code n.est pas le bon/)).toBeVisible()
    const used = codeOf(secret)
    await factor.getByLabel('Code que montre').fill(used)
    await factor.getByRole('button', { name: 'Confirmer' }).click()
    const codes = factor.getByRole('list', { name: 'Codes de secours' }).getByRole('listitem')
    await expect(codes).toHaveCount(10)
    const [recovery = '', other = ''] = await codes.allInnerTexts()
    await factor.getByRole('button', { name: 'Je les ai gardés' }).click()
    await expect(factor.getByText('Il reste 10 codes de secours.')).toBeVisible()

    const signOut = async () => {
      await page.getByRole('button', { name: /Mon compte/ }).click()
      await page.getByRole('menuitem', { name: 'Se déconnecter' }).click()
      await expect(page.getByRole('heading', { name: 'Se connecter' })).toBeVisible()
    }
    await signOut()
    await signIn(page, email, better)
    await expect(page.getByRole('heading', { name: 'Code de vérification' })).toBeVisible()
    await expectAccessible(page)
    await page.getByLabel('Code', { exact: true }).fill(used)
    await page.getByRole('button', { name: 'Se connecter' }).click()
    await expect(page.getByText(/Ce code n.est pas le bon/), 'it served already').toBeVisible()
    await page.getByLabel('Code', { exact: true }).fill(recovery)
    await page.getByRole('checkbox', { name: /pendant 30 jours/ }).check()
    await page.getByRole('button', { name: 'Se connecter' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/Bonjour|Bonsoir/)

    await signOut()
    await signIn(page, email, better)
    // Not asked here any more.
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/Bonjour|Bonsoir/)
    await page.goto(`/me/${env}/security`)
    await expect(page.getByText('Il reste 9 codes de secours.')).toBeVisible()
    const devices = page.getByRole('list', { name: 'Appareils connus' })
    await expect(devices).toContainText('sans code jusqu’à')
    await devices.getByRole('button', { name: /Oublier/ }).click()
    await expect(page.getByText('Appareil oublié')).toBeVisible()
    await factor.getByRole('button', { name: 'Retirer le second facteur' }).click()
    await factor.getByLabel('Code', { exact: true }).fill(other)
    await factor.getByRole('button', { name: 'Retirer le second facteur' }).click()
    await expect(factor.getByText('qui vole l’un n’a pas l’autre')).toBeVisible()
  })
})

test('an administrator without a second factor cannot require it of others; one’s people show who has one', async ({
  page,
}) => {
  await page.goto(`/admin/${env}/sign-ins`)
  const rule = page.getByRole('switch', { name: 'Second facteur obligatoire' })
  await expect(rule).toBeEnabled()
  await rule.press('Space')
  await expect(page.getByRole('alert')).toContainText('Ajoutez d')
  await expect(rule).not.toBeChecked()
  await expectAccessible(page)
})
