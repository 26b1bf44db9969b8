import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { env, openList, rows, test } from './base'

/** Pictures of the screens for `docs/screens`: `npm run screens`. */
const folder = join(import.meta.dirname, '..', '..', 'docs', 'screens')

const screens: Record<string, (page: Page) => Promise<void>> = {
  accueil: async (page) => {
    for (const collection of ['accounts', 'tasks', 'contacts']) {
      await openList(page, collection)
      await rows(page).nth(2).click()
      await page.getByRole('button', { name: 'Modifier' }).waitFor()
    }
    await page.goto(`/e/${env}`)
    await page.getByRole('heading', { name: 'Consultés récemment' }).waitFor()
  },
  pilotage: async (page) => {
    await page.goto(`/e/${env}?board=company`)
    await page.getByRole('region', { name: 'Clients par segment' }).getByRole('link').first().waitFor()
    await page.getByRole('region', { name: 'Encours dépassé' }).getByRole('table').waitFor()
  },
  liste: (page) => openList(page, 'accounts'),
  tableau: async (page) => {
    await page.goto(`/e/${env}/tasks?view=board`)
    await page.getByText('Temps prévu').first().waitFor()
    await page.getByRole('link', { name: 'Vérifier la télégestion' }).first().waitFor()
  },
  agenda: async (page) => {
    await page.goto(`/e/${env}/appointments?view=calendar`)
    await page.getByRole('button', { name: 'Aujourd’hui' }).waitFor()
  },
  carte: async (page) => {
    await page.goto(`/e/${env}/sites?view=map`)
    await page.getByText(/fiches en vue/).waitFor()
  },
  fiche: async (page) => {
    await openList(page, 'accounts')
    await rows(page).nth(6).click()
    await page
      .getByRole('textbox', { name: 'Écrire une note…' })
      .or(page.getByRole('button', { name: 'Activité et historique' }))
      .waitFor()
  },
  saisie: async (page) => {
    await openList(page, 'tasks')
    await rows(page).nth(2).click()
    await page.getByRole('button', { name: 'Modifier' }).click()
    await page.getByRole('button', { name: 'Enregistrer' }).waitFor()
  },
}

const desk: Record<string, (page: Page) => Promise<void>> = {
  planning: async (page) => {
    await page.goto(`/e/${env}/appointments?view=timeline`)
    await page.getByRole('button', { name: 'Aujourd’hui' }).waitFor()
    await page.waitForLoadState('networkidle')
  },
  croisement: async (page) => {
    await page.goto(`/e/${env}/accounts?view=pivot`)
    await page.getByRole('table').waitFor()
    await page.waitForLoadState('networkidle')
  },
  droits: async (page) => {
    await page.goto(`/admin/${env}/profiles/sales`)
    await page.getByRole('table').first().waitFor()
  },
  journal: async (page) => {
    await page.goto(`/admin/${env}/audit`)
    await page.getByRole('listitem').nth(8).waitFor()
  },
  palette: async (page) => {
    await openList(page, 'accounts')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('strasbourg')
    await page.getByRole('option').nth(3).waitFor()
  },
  'listes-de-valeurs': async (page) => {
    await page.goto(`/admin/${env}/lists?list=account_source`)
    await page.getByRole('heading', { level: 2 }).first().waitFor()
  },
}

for (const [width, height] of [
  [1440, 900],
  [390, 844],
] as const)
  for (const theme of ['light', 'dark'] as const)
    test.describe(`${width} ${theme}`, () => {
      test.use({ viewport: { width, height }, colorScheme: theme })
      const word = theme === 'light' ? 'clair' : 'sombre'
      for (const [name, open] of Object.entries(width === 1440 ? { ...screens, ...desk } : screens))
        test(name, async ({ page }) => {
          await open(page)
          await page.evaluate(() => document.fonts.ready)
          await page.screenshot({ path: join(folder, `${name}-${width}-${word}.png`) })
        })
      test.describe('signed out', () => {
        test.use({ storageState: { cookies: [], origins: [] } })
        test('connexion', async ({ page }) => {
          await page.goto('/sign-in')
          await page.getByRole('heading', { level: 1 }).waitFor()
          await page.evaluate(() => document.fonts.ready)
          await page.screenshot({ path: join(folder, `connexion-${width}-${word}.png`) })
        })
      })
    })
