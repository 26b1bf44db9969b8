import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { SMTPServer } from 'smtp-server'
import { expectAccessible } from './axe'
import { expect, test } from './base'
import { password, people } from './people'
import { ended, ready, serve } from './server'

/** Letters as they came, one after the other. */
class Postbox {
  private readonly letters: string[] = []
  private waiting: (() => void) | undefined

  receive(letter: string): void {
    this.letters.push(letter)
    this.waiting?.()
  }

  /** The next letter to somebody, once it is there. */
  async next(to: string): Promise<string> {
    for (;;) {
      const found = this.letters.findIndex((letter) => new RegExp(`^To: .*${to}`, 'm').test(letter))
      const [letter] = found < 0 ? [] : this.letters.splice(found, 1)
      if (letter) return letter
      await new Promise<void>((come) => {
        this.waiting = come
      })
    }
  }
}

/** A real mail server; the address is its own choice. */
function mailServer(postbox: Postbox): Promise<{ server: SMTPServer; port: number }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        postbox.receive(Buffer.concat(chunks).toString())
        done()
      })
    },
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.server.address()
      resolve({ server, port: typeof address === 'object' && address ? address.port : 0 })
    })
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  await new Promise((closed) => server.close(closed))
  return typeof address === 'object' && address ? address.port : 0
}

/** The link of a letter. Quoted-printable: RFC 2045, 6.7. */
function linkOf(letter: string): string {
  const link = /http:\/\/\S+\/choose-password#[0-9a-f]{64}/.exec(letter.replace(/=\r\n/g, '').replace(/=23/g, '#'))
  if (!link) throw new Error(`no link in ${letter}`)
  return link[0]
}

async function stranger(browser: Browser, locale: string): Promise<Page> {
  const context = await browser.newContext({ locale, reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  return page
}

test('a client administrator invites a colleague by e-mail, who chooses a password and signs in; and another when it is forgotten', async ({
  browser,
}) => {
  test.setTimeout(120_000)
  const data = await mkdtemp(join(tmpdir(), 'tisserand-mail-'))
  const postbox = new Postbox()
  const { server: mail, port } = await mailServer(postbox)
  const own = await freePort()
  const base = `http://127.0.0.1:${own}`
  const settings = [
    '--smtp',
    `smtp://127.0.0.1:${port}`,
    '--mail-from',
    'Tisserand <crm@acme.example>',
    '--public',
    base,
  ]
  const server = serve(join(data, 'p'), `127.0.0.1:${own}`, settings)
  try {
    await ready(server)
    const ada = await stranger(browser, 'fr-FR')
    await ada.goto(`${base}/admin/acme/people`)
    await ada.getByLabel('Adresse e-mail').fill(people.ada)
    await ada.getByLabel('Mot de passe', { exact: true }).fill(password)
    await ada.getByRole('button', { name: 'Se connecter' }).click()
    const invite = async (name: string, email: string) => {
      await ada.getByRole('button', { name: 'Inviter' }).click()
      const dialog = ada.getByRole('dialog')
      await dialog.getByLabel('Nom').fill(name)
      await dialog.getByLabel('Adresse e-mail').fill(email)
      await dialog.getByRole('button', { name: 'Inviter' }).click()
      await expect(ada.getByText(`Invitation envoyée à ${name}`)).toBeVisible()
    }
    await invite('Zoé Martin', 'zoe@acme-chauffage.example')
    const row = ada.getByRole('listitem').filter({ hasText: 'zoe@acme-chauffage.example' })
    await expect(row).toContainText('invitation envoyée')

    // The colleague, in French.
    const zoe = await stranger(browser, 'fr-FR')
    const invitation = linkOf(await postbox.next('zoe@acme-chauffage.example'))
    await zoe.goto(invitation)
    await expect(zoe.getByRole('heading', { name: 'Bienvenue, Zoé Martin' })).toBeVisible()
    await expect(zoe.getByText('pour entrer dans Acme Chauffage')).toBeVisible()
    await expectAccessible(zoe)
    await zoe.getByLabel('Nouveau mot de passe').fill('Motdepasse2026')
    await zoe.getByRole('button', { name: 'Choisir et entrer' }).click()
    await expect(zoe.getByText('Ce mot de passe se devine')).toBeVisible()
    await zoe.getByLabel('Nouveau mot de passe').fill('trois chats sur un toit')
    await zoe.getByRole('button', { name: 'Choisir et entrer' }).click()
    await expect(zoe).toHaveURL(/\/e\/acme/)
    await ada.reload()
    await expect(row).toContainText('1 session ouverte')
    // The link served once.
    const again = await stranger(browser, 'fr-FR')
    await again.goto(invitation)
    await expect(again.getByRole('heading', { name: 'Ce lien n’est plus bon' })).toBeVisible()
    await expectAccessible(again)

    // She forgets it; in English, elsewhere.
    const elsewhere = await stranger(browser, 'en-GB')
    await elsewhere.goto(`${base}/sign-in`)
    await elsewhere.getByLabel('E-mail address').fill('zoe@acme-chauffage.example')
    await elsewhere.getByRole('link', { name: 'Forgotten password?' }).click()
    // The page that is left has a field of that name too.
    await expect(elsewhere.getByRole('heading', { name: 'Forgotten password' })).toBeVisible()
    // What she typed there is not typed again, and no address of a page tells it.
    await expect(elsewhere.getByLabel('E-mail address')).toHaveValue('zoe@acme-chauffage.example')
    expect(elsewhere.url()).toBe(`${base}/forgotten-password`)
    await elsewhere.getByRole('link', { name: 'Back to signing in' }).click()
    await expect(elsewhere.getByLabel('E-mail address')).toHaveValue('zoe@acme-chauffage.example')
    await elsewhere.goBack()
    await expect(elsewhere.getByRole('heading', { name: 'Forgotten password' })).toBeVisible()
    await expectAccessible(elsewhere)
    await elsewhere.getByRole('button', { name: 'Get a link' }).click()
    await expect(elsewhere.getByRole('heading', { name: 'Look at your e-mails' })).toBeVisible()
    const forgotten = await postbox.next('zoe@acme-chauffage.example')
    await elsewhere.goto(linkOf(forgotten))
    // In the language of the account, unless one chooses the other.
    await expect(elsewhere.getByRole('heading', { name: 'Choisissez un mot de passe' })).toBeVisible()
    await elsewhere.getByRole('button', { name: 'English' }).click()
    await expect(elsewhere.getByRole('heading', { name: 'Choose a password' })).toBeVisible()
    await elsewhere.getByLabel('New password').fill('quatre chats sur un toit')
    await elsewhere.getByRole('button', { name: 'Choose and enter' }).click()
    await expect(elsewhere).toHaveURL(/\/e\/acme/)
    // Where she was signed in with the old one, she no longer is.
    await zoe.reload()
    await expect(zoe.getByRole('heading', { name: 'Se connecter' })).toBeVisible()
    const notice = await postbox.next('zoe@acme-chauffage.example')
    expect(notice).toMatch(/^Subject: Votre mot de passe/m)
    expect(notice).not.toContain('choose-password')
  } finally {
    await ended(server)
    await new Promise<void>((closed) => mail.close(closed))
    await rm(data, { recursive: true, force: true })
  }
})
