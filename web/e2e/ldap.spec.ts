import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectAccessible } from './axe'
import { expect, test } from './base'
import { ended, ready, run, serve } from './server'

const base = 'dc=acme,dc=example'

const entries = `dn: ${base}
objectClass: dcObject
objectClass: organization
dc: acme
o: Acme

dn: uid=zoe,${base}
objectClass: inetOrgPerson
cn: Zoé Martin
sn: Martin
mail: zoe@acme-chauffage.example
userPassword: le mot de passe de zoe

dn: uid=lea,${base}
objectClass: inetOrgPerson
cn: Léa Klein
sn: Klein
mail: lea@acme-chauffage.example
userPassword: le mot de passe de lea

dn: cn=CRM lecture,${base}
objectClass: groupOfNames
cn: CRM lecture
member: uid=zoe,${base}
`

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  await new Promise((closed) => server.close(closed))
  return typeof address === 'object' && address ? address.port : 0
}

/** OpenLDAP with these entries. */
async function directory(folder: string, port: number): Promise<ChildProcess> {
  const schemas = ['core', 'cosine', 'inetorgperson'].map((one) => `include /etc/ldap/schema/${one}.schema`)
  const lines = [...schemas, 'modulepath /usr/lib/ldap', 'moduleload back_mdb', 'database mdb', 'maxsize 10485760']
  await mkdir(join(folder, 'db'))
  await writeFile(
    join(folder, 'slapd.conf'),
    `${lines.join('\n')}\ndirectory ${join(folder, 'db')}\nsuffix "${base}"\n`,
  )
  execFileSync('/usr/sbin/slapadd', ['-f', join(folder, 'slapd.conf')], { input: entries })
  const child = spawn('/usr/sbin/slapd', [
    '-d',
    '0',
    '-f',
    join(folder, 'slapd.conf'),
    '-h',
    `ldap://127.0.0.1:${port}`,
  ])
  const answers = () =>
    new Promise<boolean>((told) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => told(true)).once('error', () => told(false))
      socket.once('connect', () => socket.destroy())
    })
  await expect.poll(answers).toBe(true)
  return child
}

async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill()
  await exit
}

test('people sign in with the password of their company’s directory, and are told why not', async ({ browser }) => {
  test.setTimeout(120_000)
  const data = await mkdtemp(join(tmpdir(), 'tisserand-ldap-'))
  const [port, own] = [await freePort(), await freePort()]
  const told = ['--data', join(data, 'p'), '--outgoing-host', '127.0.0.1']
  run('demo', '--small', '--only-create', ...told)
  const at = ['--address', `ldap://127.0.0.1:${port}`, '--unencrypted', '--base', base]
  const of = ['--client', 'Acme Chauffage', '--name', 'Acme', '--domain', 'acme-chauffage.example']
  run('provider', 'directory', 'acme', ...of, ...at, '--groups-filter', '(member={dn})', ...told)
  run('provider', 'map', 'acme', 'CRM lecture', 'reader', ...told)
  const slapd = await directory(data, port)
  expect(run('provider', 'look', 'acme', 'zoe@acme-chauffage.example', ...told)).toContain('+ CRM lecture')
  const server = serve(join(data, 'p'), `127.0.0.1:${own}`, told.slice(2))
  try {
    await ready(server)
    const context = await browser.newContext({ locale: 'fr-FR', reducedMotion: 'reduce' })
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(`http://127.0.0.1:${own}/e/acme/accounts`)
    const signIn = async (who: string, password: string) => {
      await page.getByLabel('Adresse e-mail').fill(`${who}@acme-chauffage.example`)
      await page.getByLabel('Mot de passe', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Se connecter', exact: true }).click()
    }
    await page.getByLabel('Adresse e-mail').fill('zoe@acme-chauffage.example')
    await expect(page.getByText('Celui de l’annuaire de votre entreprise (Acme).')).toBeVisible()
    await expectAccessible(page)
    await signIn('zoe', 'un autre')
    await expect(page.getByRole('alert')).toContainText('Adresse ou mot de passe incorrect')
    await signIn('lea', 'le mot de passe de lea')
    await expect(page.getByRole('alert')).toContainText('Rien ne vous est ouvert ici')
    await signIn('zoe', 'le mot de passe de zoe')
    await expect(page).toHaveURL(/\/e\/acme\/accounts/)
    await page.goto(`http://127.0.0.1:${own}/me/acme/sign-ins`)
    await expect(page.getByRole('list', { name: 'Mes connexions' })).toContainText('annuaire de l’entreprise')
    // Away: said, and nothing else.
    await gone(slapd)
    await context.clearCookies()
    await page.goto(`http://127.0.0.1:${own}/sign-in`)
    await signIn('zoe', 'le mot de passe de zoe')
    await expect(page.getByRole('alert')).toContainText('n’a pas répondu')
    await context.close()
  } finally {
    await ended(server)
    await gone(slapd)
    await rm(data, { recursive: true, force: true })
  }
})
