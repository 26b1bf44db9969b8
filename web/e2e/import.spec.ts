import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { env, expect, test, unique } from './base'

/** A file as spreadsheets save it here: semicolons, Windows-1252, a value that cannot be an address. */
function clients(mark: string): { name: string; mimeType: string; buffer: Buffer } {
  const text = [
    "Raison sociale;Code dans l'ERP;Ville;E-mail;Type",
    `Éts Été ${mark};${mark}-1;Sélestat;ete@exemple.fr;Fidèle`,
    `Boulangerie Zoé ${mark};${mark}-2;Obernai;zoe@exemple.fr;Fidèle`,
    `Garage Müller ${mark};${mark}-3;Colmar;pas une adresse;Fidèle`,
  ].join('\r\n')
  return { name: 'clients été.csv', mimeType: 'text/csv', buffer: Buffer.from(text, 'latin1') }
}

async function choose(page: Page, name: string, option: string): Promise<void> {
  await page
    .getByRole('combobox', { name, exact: true })
    .or(page.getByRole('textbox', { name, exact: true }))
    .first()
    .click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

test('a file with accents is imported, its refused rows are downloaded, and undoing puts updates back', async ({
  page,
  api,
}) => {
  const mark = unique('I').replace(/\W/g, '')
  const known = await api.create('accounts', { name: `Avant ${mark}`, external_code: `${mark}-1`, kind: 'prospect' })
  await page.goto(`/e/${env}/accounts`)
  await page.getByRole('link', { name: 'Importer : Tiers' }).click()
  await page.getByLabel('Choisir un fichier').first().setInputFiles(clients(mark))
  await expect(page.getByRole('heading', { name: 'Colonnes du fichier' })).toBeVisible()
  await expect(page.getByText('Éts Été').last()).toBeVisible()
  await expect(page.getByText('5 sur 5 importées')).toBeVisible()
  await choose(page, '« Fidèle » signifie', 'Client')
  await page.getByRole('button', { name: 'Voir l’aperçu' }).click()

  const refused = page.getByRole('button', { name: '1 refusées' })
  await expect(refused).toBeVisible()
  await expect(page.getByRole('button', { name: '1 à créer' })).toBeVisible()
  await expect(page.getByRole('button', { name: '1 à modifier' })).toBeVisible()
  await refused.click()
  await expect(page).toHaveURL(/show=refuse/)
  await expect(page.getByRole('cell', { name: `Garage Müller ${mark}` })).toBeVisible()
  await expect(page.getByRole('cell', { name: `Boulangerie Zoé ${mark}` })).toHaveCount(0)
  expect((await api.read('accounts', known.id))?.name, 'nothing is written yet').toBe(`Avant ${mark}`)

  await page.getByRole('button', { name: 'Importer 2 lignes' }).click()
  await expect(page.getByRole('heading', { name: 'Import terminé' })).toBeVisible()
  const changed = await api.read('accounts', known.id)
  expect(changed).toMatchObject({ name: `Éts Été ${mark}`, kind: 'customer', main_address: { city: 'Sélestat' } })
  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Télécharger les lignes refusées' }).click()
  const file = await downloading
  expect(file.suggestedFilename()).toBe('clients été.refused.csv')
  const content = await readFile(await file.path(), 'utf8')
  expect(content).toContain(`Garage Müller ${mark}`)
  expect(content).toContain('tisserand_reason')

  await page.getByRole('button', { name: 'Défaire l’import' }).click()
  await page.getByRole('button', { name: 'Défaire maintenant' }).click()
  await expect(page.getByRole('heading', { name: 'Import défait', exact: true })).toBeVisible()
  const back = await api.read('accounts', known.id)
  expect(back).toMatchObject({ name: `Avant ${mark}`, kind: 'prospect', main_address: null })
  await page.goto(`/e/${env}/accounts?q=${mark}`)
  await expect(page.getByRole('table').getByRole('row').getByRole('link')).toHaveCount(1)
})

test('what somebody changed since is left by the undo, and named', async ({ page, api }) => {
  const mark = unique('J').replace(/\W/g, '')
  const one = await api.create('accounts', { name: `Un ${mark}`, external_code: `${mark}-1` })
  await page.goto(`/e/${env}/accounts/import`)
  const buffer = Buffer.from(`name,external_code\nUne ${mark},${mark}-1\n`)
  await page.getByLabel('Choisir un fichier').first().setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer })
  await page.getByRole('button', { name: 'Voir l’aperçu' }).click()
  await page.getByRole('button', { name: 'Importer 1 ligne' }).click()
  await expect(page.getByRole('heading', { name: 'Import terminé' })).toBeVisible()
  await api.change('accounts', one.id, { trade_name: 'Depuis' })
  await page.getByRole('button', { name: 'Défaire l’import' }).click()
  await page.getByRole('button', { name: 'Défaire maintenant' }).click()
  await expect(page.getByRole('heading', { name: 'Fiches laissées telles quelles' })).toBeVisible()
  await expect(page.getByRole('link', { name: `Une ${mark}` })).toBeVisible()
  await expect(page.getByText(/modifiée par Ada Lenoir/)).toBeVisible()
  await page.goto(`/admin/${env}/data`)
  await expect(page.getByRole('link', { name: /a\.csv/ }).first()).toBeVisible()
})

test('what the file does not say is given: a value on every row, and a name composed of two columns', async ({
  page,
  api,
}) => {
  const mark = unique('G').replace(/\W/g, '')
  const text = `Raison sociale;Forme;Code dans l'ERP\nZAPF ${mark};SARL;${mark}-1\nWENGER ${mark};SAS;${mark}-2`
  await page.goto(`/e/${env}/accounts`)
  await page.getByRole('link', { name: 'Importer : Tiers' }).click()
  const file = { name: 'noms.csv', mimeType: 'text/csv', buffer: Buffer.from(text) }
  await page.getByLabel('Choisir un fichier').first().setInputFiles(file)
  await expect(page.getByRole('heading', { name: 'Colonnes du fichier' })).toBeVisible()

  const others = page.getByRole('region', { name: 'Autres champs' })
  await others.getByRole('button', { name: 'Ajouter un champ' }).click()
  await choose(page, 'Champ ajouté 1', 'Type')
  await choose(page, 'Type : valeur', 'Client')
  await others.getByRole('button', { name: 'Ajouter un champ' }).click()
  await choose(page, 'Champ ajouté 2', 'Raison sociale')
  await choose(page, 'Raison sociale : d’où', 'Composé de colonnes')
  await others.getByRole('button', { name: 'Insérer la colonne Forme' }).click()
  await others.getByRole('button', { name: 'Insérer la colonne Raison sociale' }).click()
  await expect(others.getByLabel('Raison sociale : valeur')).toHaveValue('{Forme} {Raison sociale}')
  await others.getByLabel('Raison sociale : valeur').fill('{Forme} {Raison sociale|proper}')

  await page.getByRole('button', { name: 'Voir l’aperçu' }).click()
  await page.getByRole('button', { name: 'Importer 2 lignes' }).click()
  await expect(page.getByRole('heading', { name: 'Import terminé' })).toBeVisible()
  const found = await api.text(`accounts?$filter=external_code eq '${mark}-1'&$select=name,kind`)
  const [made] = (JSON.parse(found) as { value: { name: string; kind: string }[] }).value
  expect(made?.kind).toBe('customer')
  expect(made?.name).toMatch(/^SARL Zapf/)
})

test('who may only read is not offered an import', async ({ as }) => {
  const { page } = await as('theo')
  await page.goto(`/e/${env}/accounts`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await expect(page.getByRole('link', { name: 'Importer : Tiers' })).toHaveCount(0)
  await page.goto(`/e/${env}/accounts/import`)
  await expect(page.getByText('Votre profil ne permet pas d’importer.')).toBeVisible()
})
