import type { CDPSession, Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { Api, env, expect, speak, test, unique } from './base'
import { stateFile } from './people'

const better = 'trois chats sur un toit'

/** The same server by a name: browsers allow no passkeys at a network address. */
function byName(): string {
  return (process.env.TISSERAND_E2E_URL ?? '').replace('127.0.0.1', 'localhost')
}

test.use({
  storageState: { cookies: [], origins: [] },
  // biome-ignore lint/correctness/noEmptyPattern: what fixtures without others look like
  baseURL: async ({}, use) => use(byName()),
})

/** An authenticator of this browser, as a telephone or a computer has one: it keeps keys and verifies whose they are. */
class Authenticator {
  private constructor(
    private readonly cdp: CDPSession,
    private readonly id: string,
  ) {}

  static async in(page: Page): Promise<Authenticator> {
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('WebAuthn.enable', { enableUI: false })
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    return new Authenticator(cdp, authenticatorId)
  }

  async keys(): Promise<number> {
    return (await this.cdp.send('WebAuthn.getCredentials', { authenticatorId: this.id })).credentials.length
  }
}

test('a passkey is added, signs in without an address, is renamed and removed, and then opens nothing', async ({
  page,
  playwright,
}) => {
  test.slow()
  const request = await playwright.request.newContext({
    baseURL: process.env.TISSERAND_E2E_URL ?? '',
    storageState: stateFile('ada'),
  })
  const name = unique('Inès')
  const email = `${name.replace(/\W/g, '').toLowerCase()}@exemple.fr`
  const { password: given } = await (await Api.of(request)).letIn({ name, email, profiles: ['reader'] })
  await request.dispose()
  const authenticator = await Authenticator.in(page)

  await page.goto(`/me/${env}/security`)
  await page.getByLabel('Adresse e-mail').fill(email)
  await page.getByLabel('Mot de passe', { exact: true }).fill(given)
  await page.getByRole('button', { name: 'Se connecter', exact: true }).click()
  await page.getByLabel('Mot de passe que l’on vous a donné').fill(given)
  await page.getByLabel('Nouveau mot de passe').fill(better)
  await page.getByRole('button', { name: 'Choisir et continuer' }).click()

  const passkeys = page.getByRole('region', { name: 'Clés d’accès' })
  await expect(passkeys.getByText('Vous n’en avez pas.')).toBeVisible()
  await passkeys.getByRole('button', { name: 'Ajouter une clé d’accès' }).click()
  await expect(passkeys.getByLabel('Nom')).toHaveValue('Chrome · Linux')
  await expectAccessible(page)
  await passkeys.getByLabel('Mot de passe actuel').fill(better)
  await passkeys.getByRole('button', { name: 'Ajouter une clé d’accès' }).click()
  await expect(page.getByText('Clé d’accès ajoutée')).toBeVisible()
  const list = passkeys.getByRole('list', { name: 'Clés d’accès' })
  await expect(list.getByRole('listitem')).toContainText('pas encore utilisée')
  expect(await authenticator.keys()).toBe(1)

  const signOut = async () => {
    await page.getByRole('button', { name: /Mon compte/ }).click()
    await page.getByRole('menuitem', { name: 'Se déconnecter' }).click()
    await expect(page.getByRole('heading', { name: 'Se connecter' })).toBeVisible()
  }
  // This authenticator takes what the browser offers where the address is typed: here nothing is offered, for once.
  const slowed = { status: 429, code: 'too_many', title: 'Trop de demandes' }
  await page.route('**/passkeys/begin', (route) => route.fulfill({ status: 429, json: slowed }), { times: 1 })
  const offered = page.waitForResponse('**/passkeys/begin')
  await signOut()
  await offered
  await page.getByRole('button', { name: 'Se connecter avec une clé d’accès' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/Bonjour|Bonsoir/)

  // Offered, it is taken: nothing is pressed in the page.
  const taken = page.waitForResponse('**/passkeys/sign_in')
  await page.getByRole('button', { name: /Mon compte/ }).click()
  await page.getByRole('menuitem', { name: 'Se déconnecter' }).click()
  expect((await taken).status()).toBe(200)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/Bonjour|Bonsoir/)

  await page.goto(`/me/${env}/security`)
  await expect(list.getByRole('listitem')).toContainText('dernière connexion')
  await list.getByRole('button', { name: 'Renommer Chrome · Linux' }).click()
  await list.getByLabel('Nom').fill('Mon portable')
  await list.getByLabel('Nom').press('Enter')
  await expect(list.getByRole('button', { name: 'Retirer Mon portable' })).toBeVisible()

  // Its end, in English.
  await speak(page, 'en')
  await page.goto(`/me/${env}/security`)
  const english = page.getByRole('region', { name: 'Passkeys' })
  await expect(english.getByRole('listitem')).toContainText('last sign-in')
  await english.getByRole('button', { name: 'Remove Mon portable' }).click()
  await english.getByLabel('Present password').fill(better)
  await expectAccessible(page)
  await english.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(page.getByText('Passkey removed')).toBeVisible()
  await expect(english.getByText('You have none.')).toBeVisible()
  await page.getByRole('button', { name: /My account/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await expect(page.getByRole('alert')).toContainText('This passkey is not accepted here')
})

test('at a network address the page says that there are no passkeys', async ({ page }) => {
  await page.goto(`${process.env.TISSERAND_E2E_URL}/sign-in`)
  await expect(page.getByText('Les clés d’accès ne servent pas à cette adresse')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Se connecter avec une clé d’accès' })).toHaveCount(0)
})
