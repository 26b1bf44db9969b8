import type { Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { env, input, openList, rows, test } from './base'

/** Screens as a person meets them. */
const screens: Record<string, (page: Page) => Promise<void>> = {
  home: async (page) => {
    await page.goto(`/e/${env}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
  },
  list: (page) => openList(page, 'accounts'),
  filter: async (page) => {
    await openList(page, 'accounts')
    await page.getByRole('button', { name: 'Filtre', exact: true }).click()
    await page.getByRole('textbox', { name: 'Quel champ' }).fill('type')
    await page.getByRole('list', { name: 'Filtrer par' }).getByRole('button', { name: 'Type', exact: true }).click()
    await page.getByRole('button', { name: 'Appliquer' }).waitFor()
  },
  record: async (page) => {
    await openList(page, 'accounts')
    await rows(page).first().click()
    await page.getByRole('button', { name: 'Modifier' }).waitFor()
    await page.getByRole('textbox', { name: 'Écrire une note…' }).waitFor()
    await page.getByText('Historique', { exact: true }).click()
    await page.getByText('a créé la fiche').first().waitFor()
  },
  form: async (page) => {
    await page.goto(`/e/${env}/accounts/new`)
    await input(page, 'name').waitFor()
  },
  'form with lines': async (page) => {
    await openList(page, 'tasks')
    await rows(page).first().click()
    await page.getByRole('tab', { name: /Étapes/ }).click()
    await page.getByRole('button', { name: 'Modifier' }).click()
    await page.getByRole('button', { name: 'Ajouter une ligne' }).click()
  },
  palette: async (page) => {
    await openList(page, 'accounts')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('ti')
    await page.getByRole('option').first().waitFor()
  },
  'import: file': async (page) => {
    await page.goto(`/e/${env}/accounts/import`)
    await page.getByRole('heading', { name: 'Déposez un fichier ici' }).waitFor()
  },
  'import: columns': async (page) => {
    await page.goto(`/e/${env}/accounts/import`)
    const buffer = Buffer.from('Raison sociale;Type;Responsable\nUn;Inconnu;ada\n')
    await page.getByLabel('Choisir un fichier').first().setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer })
    await page.getByRole('heading', { name: 'Colonnes du fichier' }).waitFor()
  },
  'import: preview': async (page) => {
    await page.goto(`/e/${env}/accounts/import`)
    const buffer = Buffer.from('Raison sociale;Type\nUn;Inconnu\nDeux;\n')
    await page.getByLabel('Choisir un fichier').first().setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer })
    await page.getByRole('button', { name: 'Voir l’aperçu' }).click()
    await page.getByRole('button', { name: /refusées/ }).waitFor()
  },
  administration: async (page) => {
    await page.goto(`/admin/${env}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
  },
  people: async (page) => {
    await page.goto(`/admin/${env}/people`)
    await page.getByText('ada.lenoir@acme-chauffage.example').waitFor()
  },
  audit: async (page) => {
    await page.goto(`/admin/${env}/audit?collection=accounts`)
    await page.getByRole('list', { name: 'Journal' }).waitFor()
  },
  settings: async (page) => {
    await page.goto(`/admin/${env}/settings`)
    await page.getByText('T000000').waitFor()
  },
  data: async (page) => {
    await page.goto(`/admin/${env}/data`)
    await page.getByText(/chaînées/).waitFor()
  },
  'value lists': async (page) => {
    await page.goto(`/admin/${env}/lists?list=account_source`)
    await page.getByRole('heading', { level: 2 }).first().waitFor()
  },
  preferences: async (page) => {
    await page.goto('/preferences')
    await page.getByRole('heading', { level: 1 }).waitFor()
  },
  sessions: async (page) => {
    await page.goto(`/me/${env}/sessions`)
    await page.getByText('cet appareil').waitFor()
  },
  about: async (page) => {
    await page.goto(`/me/${env}/about`)
    await page.getByText('Apache-2.0').waitFor()
  },
  help: async (page) => {
    await openList(page, 'accounts')
    await page.keyboard.press('h')
    await page.getByRole('dialog', { name: /Aide/ }).getByText('Raison sociale').first().waitFor()
  },
}

// Reading every element of a full list twice takes a while on a busy machine.
test.setTimeout(150_000)

for (const [name, open] of Object.entries(screens)) {
  test(`axe finds nothing serious in either theme: ${name}`, async ({ page }) => {
    await open(page)
    await expectAccessible(page)
  })
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } })
  test('axe finds nothing serious in either theme: list and record', async ({ page }) => {
    await openList(page, 'accounts')
    await expectAccessible(page)
    await rows(page).first().click()
    await page.getByRole('button', { name: 'Modifier' }).waitFor()
    await expectAccessible(page)
  })
})

test.describe('signed out', () => {
  test.use({ storageState: { cookies: [], origins: [] } })
  test('axe finds nothing serious in either theme: sign in', async ({ page }) => {
    await page.goto('/sign-in')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await expectAccessible(page)
  })
})
