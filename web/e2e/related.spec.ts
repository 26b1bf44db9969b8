import { en } from '../src/i18n/en'
import { fr } from '../src/i18n/fr'
import { expectNoFault } from './axe'
import { env, expect, field, input, rows, test, unique } from './base'

/** A task about a record of any kind: chosen, followed, found from the other end, filtered by. */

test('a task is about a document, which lists it in turn', async ({ page, api }) => {
  const [paper, task] = [unique('Attestation'), unique('Relire')]
  const document = await api.create('documents', { name: paper, file: await api.keep('attestation.txt', paper) })
  await page.goto(`/e/${env}/tasks/new`)
  await input(page, 'name').fill(task)
  const slot = field(page, 'related')
  await slot.getByRole('combobox', { name: 'Fiche liée : sorte de fiche' }).selectOption({ label: 'Document' })
  await slot.getByRole('textbox', { name: 'Fiche liée : Document' }).fill(paper)
  await page.getByRole('option', { name: paper }).click()
  await expectNoFault(page, { serious: true })
  await page.getByRole('button', { name: fr.record.create }).last().click()
  await expect(page).toHaveURL(/tasks\/[0-9a-f-]{36}/)
  const link = field(page, 'related').getByRole('link', { name: `Document : ${paper}` })
  await expectNoFault(page, { serious: true })
  await link.click()
  await expect(page).toHaveURL(new RegExp(document.id))
  await page.getByRole('tab', { name: 'Tâches' }).click()
  await expect(rows(page).filter({ hasText: task })).toBeVisible()

  // Another one, from here: it is about this document already.
  await page.getByRole('link', { name: 'Créer : Tâche' }).click()
  await expect(field(page, 'related').getByRole('textbox')).toHaveValue(paper)
  await page.goBack()
  await page.getByRole('tab', { name: 'Tâches' }).click()
  await page.getByRole('link', { name: fr.record.all }).click()
  await expect(page.getByRole('table').getByRole('row')).toHaveCount(2)
  await expect(page.getByText(paper)).toBeVisible()
})

test('a list is filtered by the kind of record, and shows it', async ({ page, api }) => {
  const about = unique('Chaufferie')
  const account = await api.create('accounts', { name: about })
  const task = unique('Vérifier')
  await api.create('tasks', { name: task, related: `account/${account.id}` })
  await page.goto(`/e/${env}/tasks?cols=name,related`)
  await page.getByRole('button', { name: 'Filtre', exact: true }).click()
  await page.getByRole('textbox', { name: 'Quel champ' }).fill('fiche')
  await page.getByRole('button', { name: 'Fiche liée', exact: true }).click()
  await page.getByRole('combobox', { name: 'Valeur : sorte de fiche' }).selectOption({ label: 'Tiers' })
  await page.getByRole('textbox', { name: 'Valeur : Tiers' }).fill(about)
  await page.getByRole('option', { name: about }).click()
  await expectNoFault(page, { serious: true })
  await page.getByRole('button', { name: 'Appliquer' }).click()
  await expect(rows(page)).toHaveCount(1)
  await expect(page.getByRole('table').getByText(about)).toBeVisible()
  await expectNoFault(page, { serious: true })
})

test('in English', async ({ page, api }) => {
  await page.route('**/session', async (route) => {
    if (route.request().method() !== 'GET') return route.fallback()
    const answer = await route.fetch()
    const session = await answer.json()
    await route.fulfill({ response: answer, json: { ...session, user: { ...session.user, language: 'en' } } })
  })
  const site = await api.create('accounts', { name: unique('Lenoir') })
  const event = await api.create('events', { subject: unique('Called'), related: `account/${site.id}` })
  await page.goto(`/e/${env}/events/${event.id}`)
  await expect(field(page, 'related').getByRole('link', { name: /^Account : Lenoir/ })).toBeVisible()
  await page.getByRole('button', { name: en.record.edit }).click()
  await expect(field(page, 'related').getByRole('combobox', { name: 'Related record: kind of record' })).toHaveValue(
    'account',
  )
  await expectNoFault(page, { serious: true })
})
