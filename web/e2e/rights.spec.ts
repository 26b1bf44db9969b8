import { type Api, env, expect, test, unique } from './base'
import { people } from './people'

/** How many records of a collection somebody sees. */
async function count(api: Api, collection: string, where = ''): Promise<number> {
  return Number(await api.text(`${collection}/$count${where ? `?$where=${encodeURIComponent(where)}` : ''}`))
}

test('a sales person sees her own customers, and nothing of others by their address', async ({ api, as }) => {
  const { page, api: hers } = await as('camille')
  const own = await count(api, 'accounts', `owner.email = '${people.camille}'`)
  expect(own).toBeGreaterThan(0)
  expect(await count(hers, 'accounts')).toBe(own)

  await page.goto(`/e/${env}/accounts`)
  await expect(page.getByRole('row').nth(1)).toBeVisible()
  await expect(page.getByRole('link', { name: 'Importer' })).toHaveCount(0)

  // Somebody else's: as if it were not there.
  const other = await api.create('accounts', { name: unique('Chez Bruno'), kind: 'prospect' })
  await page.goto(`/e/${env}/accounts/${other.id}`)
  await expect(page.getByRole('heading', { name: 'Cette fiche n’existe pas' })).toBeVisible()
  await page.goto(`/admin/${env}/people`)
  await expect(page.getByText('Réservé aux administrateurs de cet environnement.')).toBeVisible()

  // What is hers may name it: it is told that there is something, and not what.
  const task = await api.create('tasks', {
    name: unique('Rappeler'),
    account_id: other.id,
    assignee_id: await hers.me(),
  })
  await page.goto(`/e/${env}/tasks/${task.id}`)
  await expect(page.getByText('hors de votre accès').first()).toBeVisible()

  // What is hers she changes, but for what her profile lets her only read.
  const mine = await hers.create('accounts', { name: unique('Chez Camille'), kind: 'prospect' })
  await page.goto(`/e/${env}/accounts/${mine.id}?edit=true`)
  await expect(page.getByRole('textbox', { name: 'Raison sociale' })).toBeEditable()
  expect(await hers.try('accounts', mine.id, { credit_limit: 1_000_000 })).toBe(422)
})

test('a manager sees what lies beneath his structure, and may not delete what does not', async ({ api, as }) => {
  const { page, api: his } = await as('patrick')
  const [all, seen] = [await count(api, 'accounts'), await count(his, 'accounts')]
  expect(seen).toBeGreaterThan(0)
  expect(seen).toBeLessThan(all)
  expect(
    await count(
      his,
      'accounts',
      "structure.code != 'ALS' and structure.parent.code != 'ALS' and owner.structure.code != 'ALS'",
    ),
  ).toBe(0)
  await page.goto(`/e/${env}/accounts`)
  await expect(page.getByRole('row').nth(1)).toBeVisible()
  await expect(page.getByRole('link', { name: 'Importer' })).toBeVisible()
  const other = await api.create('accounts', { name: unique('Ailleurs'), kind: 'prospect' })
  await page.goto(`/e/${env}/accounts/${other.id}`)
  await expect(page.getByRole('heading', { name: 'Cette fiche n’existe pas' })).toBeVisible()
})

test('two fields are hidden from a reader: in forms, in filters written by hand, in what programs are told', async ({
  api,
  as,
}) => {
  const profile = `discreet_${process.pid}`
  await api.put(`$profiles/${profile}`, {
    label: { fr: 'Lecteur discret', en: 'Discreet reader' },
    all: ['read'],
    entities: { contact: { allow: ['read'], fields: { birthday: 'hidden', notes: 'hidden' } } },
  })
  await api.give(people.sylvie, [profile])
  const { page, api: hers } = await as('sylvie')
  const account = await api.create('accounts', { name: unique('Tiers'), kind: 'prospect' })
  const contact = await api.create('contacts', {
    last_name: unique('Secret'),
    account_id: account.id,
    birthday: '1980-02-03',
    notes: 'À ne pas dire',
  })
  const read = await hers.read('contacts', contact.id)
  expect(read).not.toBeNull()
  expect(JSON.stringify(read)).not.toContain('1980-02-03')
  expect(Object.keys(read ?? {})).not.toContain('notes')
  await page.goto(`/e/${env}/contacts/${contact.id}`)
  await expect(page.getByText('Fonction', { exact: true })).toBeVisible()
  await expect(page.getByText('Date de naissance')).toHaveCount(0)
  await expect(page.getByText('À ne pas dire')).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Modifier' })).toHaveCount(0)
  // By hand: a name that nobody gave.
  expect(await hers.status('contacts?$filter=birthday eq 1980-02-03')).toBe(400)
  expect(await hers.status('contacts?$filter=no_such_field eq 1980-02-03')).toBe(400)
  expect(await hers.status(`contacts/${contact.id}/birthday`)).toBe(404)
})

test('a contact of a customer sees that customer alone', async ({ api, as }) => {
  await api.give(people.nadia, ['external_contact'])
  const { page, api: hers } = await as('nadia')
  const me = await hers.me()
  const own = await api.create('accounts', { name: unique('Son entreprise'), kind: 'prospect' })
  await api.create('contacts', { last_name: 'Haddad', account_id: own.id, user_id: me })
  const other = await api.create('accounts', { name: unique('Un concurrent'), kind: 'prospect' })
  expect(await count(hers, 'accounts')).toBe(1)
  await page.goto(`/e/${env}/accounts`)
  await expect(page.getByRole('link', { name: own.name as string })).toBeVisible()
  await page.goto(`/e/${env}/accounts/${other.id}`)
  await expect(page.getByRole('heading', { name: 'Cette fiche n’existe pas' })).toBeVisible()
  await page.goto(`/e/${env}/tasks`)
  await expect(page.getByText('Un concurrent')).toHaveCount(0)
  expect(await hers.status('tasks')).toBe(404)
})
