import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import Provider from 'oidc-provider'
import { expectAccessible } from './axe'
import { expect, test } from './base'
import { password, people } from './people'
import { ended, ready, run, serve } from './server'

/** People as the provider knows them, by what they type there. */
const known: Record<string, { email: string; verified?: boolean; name: string; groups: string[] }> = {
  zoe: { email: 'zoe.martin@acme-chauffage.example', name: 'Zoé Martin', groups: ['CRM lecture'] },
  paul: { email: 'paul@acme-chauffage.example', verified: false, name: 'Paul', groups: ['CRM lecture'] },
  lea: { email: 'lea@acme-chauffage.example', name: 'Léa', groups: ['Cantine'] },
  eve: { email: 'eve@autre.example', name: 'Eve', groups: ['CRM lecture'] },
}

const secret = 'un-secret-que-le-fournisseur-connait-aussi'

function key(kid: string) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }
}

/** A real provider, that signs with a key of this name. */
async function provide(port: number, redirect: string, kid: string): Promise<Server> {
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{ client_id: 'tisserand', client_secret: secret, redirect_uris: [redirect] }],
    pkce: { required: () => true },
    claims: { email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    scopes: ['openid', 'email', 'profile', 'groups'],
    jwks: { keys: [key(kid)] },
    cookies: { keys: ['un secret de test'] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => {
        const { email, verified = true, name, groups } = known[id] ?? { name: id, groups: [] }
        return { sub: id, email, email_verified: verified, name, groups }
      },
    }),
  })
  return new Promise((resolve) => {
    const server: Server = provider.listen(port, '127.0.0.1', () => resolve(server))
  })
}

async function gone(provider: Server): Promise<void> {
  await new Promise((closed) => {
    provider.close(closed)
    provider.closeAllConnections()
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  await new Promise((closed) => server.close(closed))
  return typeof address === 'object' && address ? address.port : 0
}

/** Types an address of the company, and goes on to its provider. */
async function goOn(page: Page): Promise<void> {
  await page.getByLabel('Adresse e-mail').fill('quelqu.un@acme-chauffage.example')
  await page.getByRole('button', { name: 'Continuer avec Acme' }).click()
}

/** Comes by the provider as somebody. */
async function comeBy(page: Page, base: string, who: string): Promise<void> {
  await page.context().clearCookies()
  await page.goto(`${base}/e/acme/accounts`)
  await goOn(page)
  // The provider's own pages.
  await page.getByPlaceholder('Enter any login').fill(who)
  await page.getByPlaceholder('and password').fill('x')
  await page.getByRole('button', { name: 'Sign-in' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
}

test('people of a client come in by their own provider with what their groups give them, and whoever is refused is told why', async ({
  browser,
}) => {
  test.setTimeout(120_000)
  const data = await mkdtemp(join(tmpdir(), 'tisserand-oidc-'))
  const [port, own] = [await freePort(), await freePort()]
  const base = `http://127.0.0.1:${own}`
  await writeFile(join(data, 'secret'), secret)
  const told = ['--data', join(data, 'p'), '--outgoing-host', '127.0.0.1']
  run('demo', '--small', '--only-create', ...told)
  const at = ['--issuer', `http://127.0.0.1:${port}`, '--client-id', 'tisserand', '--scope', 'groups']
  const of = ['--client', 'Acme Chauffage', '--name', 'Acme', '--domain', 'acme-chauffage.example']
  const set = run('provider', 'set', 'acme', ...of, ...at, '--secret-file', join(data, 'secret'), ...told)
  expect(set).toContain('/providers/acme/callback')
  run('provider', 'map', 'acme', 'CRM lecture', 'reader', ...told)
  run('provider', 'map', 'acme', 'CRM direction', 'administrator', ...told)
  const back = `${base}/providers/acme/callback`
  let provider = await provide(port, back, 'first')
  const server = serve(join(data, 'p'), `127.0.0.1:${own}`, told.slice(2))
  try {
    await ready(server)
    const context = await browser.newContext({ locale: 'fr-FR', reducedMotion: 'reduce' })
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(`${base}/sign-in`)
    await page.getByLabel('Adresse e-mail').fill('quelqu.un@acme-chauffage.example')
    await expect(page.getByRole('button', { name: 'Continuer avec Acme' })).toBeVisible()
    await expectAccessible(page)
    await page.getByLabel('Adresse e-mail').fill('quelqu.un@ailleurs.example')
    await expect(page.getByRole('button', { name: 'Continuer avec Acme' })).toBeHidden()
    // Somebody new: made, with the profile of their group.
    await comeBy(page, base, 'zoe')
    await expect(page).toHaveURL(/\/e\/acme\/accounts/)
    await page.goto(`${base}/me/acme/sign-ins`)
    await expect(page.getByRole('list', { name: 'Mes connexions' })).toContainText('fournisseur d’identité')
    const held = async () => {
      const session = await (await page.request.get(`${base}/session`)).json()
      return [session.user.name, ...session.environments.flatMap((one: { profiles: string[] }) => one.profiles)]
    }
    expect(await held()).toEqual(['Zoé Martin', 'reader'])
    // The provider signs with another key, and knows them in another group.
    await gone(provider)
    provider = await provide(port, back, 'second')
    known.zoe = { ...known.zoe, email: 'zoe.martin@acme-chauffage.example', name: 'Zoé', groups: ['CRM direction'] }
    await comeBy(page, base, 'zoe')
    await expect(page).toHaveURL(/\/e\/acme\/accounts/)
    expect(await held()).toEqual(['Zoé Martin', 'administrator'])
    // Refused, each with the reason.
    for (const [who, why] of [
      ['paul', /ne confirme pas votre adresse/],
      ['lea', /Aucun de vos groupes/],
      ['eve', /ne peut pas parler pour ce compte/],
    ] as const) {
      await comeBy(page, base, who)
      await expect(page.getByRole('alert')).toContainText(why)
    }
    // An answer that was not asked for in this browser opens nothing.
    await context.clearCookies()
    await page.goto(`${back}?code=x&state=y`)
    await expect(page.getByRole('alert')).toContainText('commencée ailleurs')
    // A provider that is not there: said in both languages, and a password still opens.
    await gone(provider)
    await goOn(page)
    await expect(page.getByText('Votre fournisseur d’identité ne répond pas')).toBeVisible()
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('button', { name: 'Continue with Acme' }).click()
    await expect(page.getByText('Your identity provider does not answer')).toBeVisible()
    await page.getByLabel('E-mail address').fill(people.ada)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page).not.toHaveURL(/sign-in/)
    await context.close()
  } finally {
    await ended(server)
    await gone(provider)
    await rm(data, { recursive: true, force: true })
  }
})
