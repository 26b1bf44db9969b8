import { expectNoFault } from './axe'
import { expect, openList, rows, test, unique } from './base'

const day = 86_400_000

test('customers in Strasbourg without a visit for six months are found', async ({ page, api }) => {
  const word = unique('Couverture')
  const account = async (name: string, city: string) =>
    api.create('accounts', { name: `${word} ${name}`, main_address: { city, country: 'FR' } })
  const visit = (account_id: string, days: number) =>
    api.create('appointments', {
      name: `Visite ${word}`,
      account_id,
      starts_at: new Date(Date.now() - days * day).toISOString(),
      ends_at: new Date(Date.now() - days * day + 3_600_000).toISOString(),
    })
  const recent = await account('vu', 'Strasbourg')
  const old = await account('perdu de vue', 'Strasbourg')
  await account('jamais vu', 'Strasbourg')
  const elsewhere = await account('ailleurs', 'Metz')
  await visit(recent.id, 20)
  await visit(old.id, 300)
  await visit(elsewhere.id, 300)
  await openList(page, 'accounts', `?q=${encodeURIComponent(word)}`)
  await expect(rows(page)).toHaveCount(4)
  await page.getByRole('button', { name: 'Filtre', exact: true }).click()
  await page.getByRole('button', { name: 'Plusieurs conditions…' }).click()
  const builder = page.getByRole('dialog', { name: 'Conditions de la liste' })
  await builder.getByRole('button', { name: 'Condition', exact: true }).click()
  await builder.getByRole('combobox', { name: 'Champ' }).selectOption({ label: 'Ville' })
  await builder.getByRole('textbox', { name: 'Valeur' }).fill('Strasbourg')
  await builder.getByRole('button', { name: 'Fiches liées' }).click()
  await builder.getByRole('combobox', { name: 'Fiches liées' }).selectOption({ label: 'Rendez-vous' })
  const inner = builder.getByRole('group').last()
  await inner.getByRole('button', { name: 'Condition', exact: true }).click()
  await inner.getByRole('combobox', { name: 'Champ' }).selectOption({ label: 'Début' })
  await inner.getByRole('combobox', { name: 'Période' }).selectOption({ label: 'depuis moins de…' })
  await inner.getByRole('textbox', { name: 'Combien' }).fill('6')
  await inner.getByRole('combobox', { name: 'Unité' }).selectOption({ label: 'mois' })
  await expect(
    builder.getByText('Ville : contient Strasbourg et sans rendez-vous (Début : depuis moins de 6 mois)'),
  ).toBeVisible()
  await expectNoFault(page, { within: '[role=dialog]' })
  await builder.getByRole('button', { name: 'Appliquer' }).click()
  await expect(rows(page)).toHaveText([`${word} jamais vu`, `${word} perdu de vue`])
  await page.reload()
  await expect(rows(page)).toHaveText([`${word} jamais vu`, `${word} perdu de vue`])
  // Its chip opens it again.
  await page
    .getByRole('button', { name: /^sans rendez-vous/ })
    .first()
    .click()
  await builder.getByRole('combobox', { name: 'Avec ou sans' }).selectOption({ label: 'a au moins un' })
  await builder.getByRole('button', { name: 'Appliquer' }).click()
  await expect(rows(page)).toHaveText([`${word} vu`])
})

test('conditions are joined by or, and by none', async ({ page, api }) => {
  const word = unique('Serrurerie')
  for (const city of ['Metz', 'Nancy', 'Colmar'])
    await api.create('accounts', { name: `${word} ${city}`, main_address: { city, country: 'FR' } })
  const any = [{ any: ['Metz', 'Nancy'].map((v) => ({ p: 'main_address.city', v: { o: 'equals', v } })) }]
  await openList(page, 'accounts', `?q=${encodeURIComponent(word)}&f=${encodeURIComponent(JSON.stringify(any))}`)
  await expect(rows(page)).toHaveText([`${word} Metz`, `${word} Nancy`])
  await page.getByRole('button', { name: 'Ville : est Metz ou Ville : est Nancy' }).first().click()
  const builder = page.getByRole('dialog', { name: 'Conditions de la liste' })
  await builder
    .getByRole('combobox', { name: 'Comment réunir ces conditions' })
    .first()
    .selectOption({ label: 'Aucune de ces conditions' })
  await builder.getByRole('button', { name: 'Appliquer' }).click()
  await expect(rows(page)).toHaveText([`${word} Colmar`])
})

test('periods move with the calendar, and "mine" is of whoever looks', async ({ page, api, as }) => {
  const word = unique('Relance')
  const today = new Date().toLocaleDateString('en-CA', { timeZone: 'Europe/Paris' })
  await api.create('tasks', { name: `${word} A`, due_on: today })
  await api.create('tasks', { name: `${word} B`, due_on: '2020-01-01' })
  const f = (v: object) => encodeURIComponent(JSON.stringify([{ p: 'due_on', v }]))
  await openList(page, 'tasks', `?q=${encodeURIComponent(word)}&f=${f({ o: 'thisMonth' })}`)
  await expect(rows(page)).toHaveText([`${word} A`])
  await openList(page, 'tasks', `?q=${encodeURIComponent(word)}&f=${f({ o: 'longerAgo', n: 2, u: 'years' })}`)
  await expect(rows(page)).toHaveText([`${word} B`])
  const me = encodeURIComponent(JSON.stringify([{ p: 'created_by', v: { o: 'me', v: [] } }]))
  await openList(page, 'tasks', `?q=${encodeURIComponent(word)}&f=${me}`)
  await expect(rows(page)).toHaveCount(2)
  const { page: theirs } = await as('bruno')
  await openList(theirs, 'tasks', `?q=${encodeURIComponent(word)}&f=${me}`)
  await expect(theirs.getByRole('heading', { name: 'Aucune fiche ne correspond' })).toBeVisible()
})
