import type { Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { expect, openList, rows, test, unique } from './base'

test.setTimeout(150_000)

/** Menus of a list, as a person opens them. Few rows, so that looking at every element is quick. */
const menus: Record<string, (page: Page) => Promise<void>> = {
  sort: (page) => page.getByRole('button', { name: 'Trier', exact: true }).click(),
  columns: (page) => page.getByRole('button', { name: 'Colonnes' }).click(),
  export: (page) => page.getByRole('button', { name: 'Exporter', exact: true }).click(),
  views: (page) => page.getByRole('button', { name: /^Vue :/ }).click(),
  'many rows': async (page) => {
    await page.getByRole('checkbox', { name: 'Sélectionner les lignes affichées' }).click()
    await page.getByRole('button', { name: 'Modifier un champ' }).click()
    await page.getByRole('combobox', { name: 'Champ' }).selectOption({ label: 'Responsable' })
  },
  groups: async (page) => {
    await page.getByRole('button', { name: 'Trier', exact: true }).click()
    await page.getByRole('combobox', { name: 'Grouper par' }).selectOption({ label: 'Type' })
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Prospect', exact: true }).waitFor()
  },
}

for (const [name, open] of Object.entries(menus))
  test(`axe finds nothing in either theme: ${name}`, async ({ page, api }) => {
    const word = unique('Menu')
    for (const one of ['A', 'B']) await api.create('accounts', { name: `${word} ${one}` })
    await openList(page, 'accounts', `?q=${encodeURIComponent(word)}`)
    await expect(rows(page)).toHaveCount(2)
    await open(page)
    await expectAccessible(page, {})
  })

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  test('conditions are made, and a grouped list is read', async ({ page, api }) => {
    const word = unique('Poche')
    for (const city of ['Metz', 'Nancy'])
      await api.create('accounts', { name: `${word} ${city}`, main_address: { city, country: 'FR' } })
    const f = encodeURIComponent(JSON.stringify([{ any: [{ p: 'main_address.city', v: { o: 'equals', v: 'Metz' } }] }]))
    await openList(page, 'accounts', `?q=${encodeURIComponent(word)}&group=main_address.city&f=${f}`)
    await expect(page.getByText(`${word} Metz`)).toBeVisible()
    await page.getByRole('button', { name: 'Ville : est Metz' }).first().click()
    const builder = page.getByRole('dialog', { name: 'Conditions de la liste' })
    await builder.getByRole('textbox', { name: 'Valeur' }).fill('Nancy')
    await expectAccessible(page, {})
    await builder.getByRole('button', { name: 'Appliquer' }).click()
    await expect(page.getByText(`${word} Nancy`)).toBeVisible()
    await expect(page.getByRole('button', { name: 'Nancy', exact: true })).toBeVisible()
  })
})

test.describe('in English', () => {
  test.use({ locale: 'en-GB' })

  test('a list says everything in the language of the person', async ({ page, api }) => {
    const word = unique('English')
    await api.create('accounts', { name: word })
    await page.route('**/session', async (route) => {
      const answer = await route.fetch()
      const session = await answer.json()
      await route.fulfill({ response: answer, json: { ...session, user: { ...session.user, language: 'en' } } })
    })
    const f = encodeURIComponent(
      JSON.stringify([{ without: 'appointments', f: [{ p: 'starts_at', v: { o: 'last', n: 6, u: 'months' } }] }]),
    )
    await openList(page, 'accounts', `?q=${encodeURIComponent(word)}&f=${f}`)
    await expect(rows(page)).toHaveCount(1)
    await page.getByRole('button', { name: 'without appointment (Start: within the last 6 months)' }).first().click()
    await expect(page.getByRole('dialog', { name: 'Conditions of the list' })).toContainText('All of these conditions')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await expect(page.getByRole('dialog', { name: 'Export' })).toContainText('For importing again')
  })
})
