import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { env, expect, speak, test } from './base'

/** Opens what is held about somebody from their record. */
async function openHeld(page: Page, id: string, [more, open]: [string, string]): Promise<void> {
  await page.goto(`/e/${env}/contacts/${id}`)
  await page.getByRole('button', { name: more }).click()
  await page.getByRole('menuitem', { name: open }).click()
}

test('whoever answers for personal data tells a person all that is held about them, and erases them once their name is typed', async ({
  api,
  page,
}) => {
  const contact = await api.create('contacts', {
    first_name: 'Odile',
    last_name: 'Brumaire',
    email: 'odile.brumaire@exemple.fr',
  })
  await api.create('events', { subject: 'Odile Brumaire a téléphoné', contact_id: contact.id })
  await openHeld(page, contact.id, ['Autres actions', 'Données personnelles'])
  await expect(page.getByRole('heading', { name: 'Odile Brumaire' })).toBeVisible()
  const held = page.getByRole('table')
  await expect(held.getByRole('row', { name: /^Contacts/ })).toContainText('E-mail')
  await expect(held.getByRole('row', { name: /^Événements/ })).toContainText('Objet')
  await expectAccessible(page)

  const coming = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Exporter pour la personne' }).click()
  const archive = await readFile(await (await coming).path())
  expect(archive.subarray(0, 2).toString()).toBe('PK')
  expect(archive.includes('person.html')).toBe(true)

  await page.getByRole('button', { name: 'Effacer…' }).click()
  const asked = page.getByRole('dialog', { name: 'Effacer Odile Brumaire' })
  const typed = asked.getByRole('textbox', { name: 'Pour confirmer, tapez « Odile Brumaire »' })
  await typed.fill('Odile')
  await asked.getByRole('button', { name: 'Effacer définitivement' }).click()
  await expect(asked).toContainText('Ce n’est pas ce nom.')
  await typed.fill('odile brumaire')
  await expectAccessible(page)
  await asked.getByRole('button', { name: 'Effacer définitivement' }).click()
  await expect(page.getByText('Effacement achevé')).toBeVisible()
  await expect(page.getByRole('heading', { name: '[effacé]' })).toBeVisible()
  await expect(page.getByRole('main')).not.toContainText('Brumaire')

  await page.getByRole('link', { name: 'Données personnelles', exact: true }).first().click()
  const certificates = page.getByRole('list', { name: 'Effacements' })
  await expect(certificates.getByRole('listitem').first()).toContainText('Empreinte')
  await expect(certificates).not.toContainText('Brumaire')
  await expectAccessible(page)
})

test('on a phone, in English, what the law asks to be kept is said with the reason', async ({ api, page }) => {
  const contact = await api.create('contacts', { last_name: 'Ventôse', phone: '+33388000000' })
  const file = await api.keep('facture.txt', 'une facture')
  await api.create('documents', { name: 'Facture 12', kind: 'invoice', contact_id: contact.id, file })
  await page.setViewportSize({ width: 390, height: 844 })
  await speak(page, 'en')
  await openHeld(page, contact.id, ['More actions', 'Personal data'])
  const kept = page.getByRole('region', { name: 'Kept because the law asks for it' })
  await expect(kept).toContainText('Facture 12')
  await expect(kept).toContainText('L. 123-22')
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(width).toBeLessThanOrEqual(390)
  await expectAccessible(page)
})

test('a request leads from its register to what is held about the person, and is answered by its due day', async ({
  api,
  page,
}) => {
  const contact = await api.create('contacts', { last_name: 'Germinal' })
  const request = await api.create('data_subject_requests', { kind: 'access', person: `contact/${contact.id}` })
  await page.goto(`/e/${env}/data_subject_requests/${request.id}`)
  await expect(page.getByRole('heading', { name: /Accès/ })).toBeVisible()
  await page.getByRole('button', { name: 'Autres actions' }).click()
  await page.getByRole('menuitem', { name: 'Données personnelles' }).click()
  await expect(page.getByRole('heading', { name: 'Germinal' })).toBeVisible()
  await expect(page.getByRole('row', { name: /^Demandes des personnes/ })).toBeVisible()
})

test('what is held longer than the dictionary says is shown, and done away with once its name is typed', async ({
  api,
  page,
}) => {
  await api.create('contacts', { last_name: 'Thermidor', closed_on: '2019-07-19' })
  await page.goto(`/admin/${env}/protection`)
  const rules = page.getByRole('region', { name: 'Durées de conservation' })
  await expect(rules).toContainText('36 mois, puis effacer')
  await expect(rules).toContainText(/fiches? échues?/)
  await expectAccessible(page)
  await rules.getByRole('button', { name: 'Appliquer… Contacts' }).click()
  const asked = page.getByRole('dialog')
  await asked.getByRole('textbox').fill('contacts')
  await asked.getByRole('button', { name: 'Appliquer définitivement' }).click()
  await expect(rules.getByText('Effacement achevé')).toBeVisible()
  await expect(page.getByRole('list', { name: 'Effacements' })).toContainText('Contacts — durée de conservation')
})
