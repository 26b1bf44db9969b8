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
  liste: (page) => openList(page, 'accounts'),
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
