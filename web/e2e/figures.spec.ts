import type { Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { type Api, env, expect, test, unique } from './base'

async function open(page: Page, collection: string, view: string, word: string): Promise<void> {
  await page.goto(`/e/${env}/${collection}?view=${view}&q=${encodeURIComponent(word)}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
}

/** Three accounts: two prospects of 1 200,50 and 800 €, and a supplier of 99,50 €. */
async function accounts(api: Api): Promise<string> {
  const word = unique('Comptes')
  await api.create('accounts', { name: `${word} A`, outstanding: 1200.5 })
  await api.create('accounts', { name: `${word} B`, outstanding: 800 })
  const { id } = await api.create('accounts', { name: `${word} C`, outstanding: 99.5 })
  await api.move('accounts', id, 'buy_from')
  return word
}

test('a pivot table counts and adds up what is searched, with exact totals', async ({ page, api }) => {
  const word = await accounts(api)
  await open(page, 'accounts', 'pivot', word)
  const row = page.getByRole('row', { name: /^Ada Lenoir/ })
  await expect(row.getByRole('cell')).toHaveText(['2', '1', '3'])
  await page.getByRole('combobox', { name: 'Chiffre' }).click()
  await page.getByRole('option', { name: 'Encours' }).click()
  await expect(row.getByRole('cell').last()).toHaveText(/2\s100,00\s€/)
  await page.reload()
  await expect(row.getByRole('cell').last()).toHaveText(/2\s100,00\s€/)
})

test('a pivot table is turned another way by the keyboard, by month of a date too', async ({ page, api }) => {
  const word = await accounts(api)
  await open(page, 'accounts', 'pivot', word)
  const rows = page.getByRole('combobox', { name: 'Lignes' })
  await rows.focus()
  await rows.fill('créé le (mois)')
  await page.getByRole('option', { name: 'Créé le (mois)', exact: true }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('rowheader')).toHaveCount(2)
  await expect(page.getByRole('rowheader').first()).toHaveText(/\d{4}/)
})

test('a chart says what it draws, and has its figures behind', async ({ page, api }) => {
  const word = unique('Tâche')
  for (const spent of ['PT1H', 'PT30M']) {
    await api.create('tasks', { name: `${word} ${spent}`, spent, kind: 'call' })
  }
  await open(page, 'tasks', 'chart', word)
  const chart = page.getByRole('region', { name: 'Temps passé par type' })
  await expect(chart.getByRole('group')).toHaveAccessibleName(/Temps passé par type/)
  await expect(chart).toContainText('1 h 30')
  const open_ = page.getByRole('region', { name: 'Tâches ouvertes par personne' }).first()
  await open_.getByRole('button', { name: 'Voir les chiffres' }).press('Enter')
  await expect(open_.getByRole('row', { name: /Ada Lenoir/ }).getByRole('cell')).toHaveText(['2'])
  await expect(page.getByRole('region', { name: 'Terminées par mois' })).toContainText('Aucune fiche à compter')
})

test('a tree folds and unfolds by the keyboard, and remembers it in the address', async ({ page, api }) => {
  const word = unique('Groupe')
  const { id } = await api.create('accounts', { name: `${word} siège` })
  await api.create('accounts', { name: `${word} filiale`, parent_id: id })
  await open(page, 'accounts', 'tree', word)
  const child = page.getByRole('link', { name: `${word} filiale` })
  await expect(child).toBeVisible()
  await page.getByRole('link', { name: `${word} siège` }).focus()
  await page.keyboard.press('ArrowLeft')
  await expect(child).toHaveCount(0)
  await page.reload()
  await expect(page.getByRole('link', { name: `${word} siège` })).toBeVisible()
  await expect(child).toHaveCount(0)
  await page.getByRole('button', { name: `Déplier ${word} siège` }).press('Enter')
  await expect(child).toBeVisible()
})

test('a gallery shows pictures first, then what has none', async ({ page, api }) => {
  const word = unique('Chaufferie')
  const { id: account } = await api.create('accounts', { name: word })
  await api.create('sites', { name: `${word} A`, account_id: account })
  await open(page, 'sites', 'gallery', word)
  await expect(page.getByRole('link', { name: `${word} A` })).toBeVisible()
  await open(page, 'sites', 'gallery', '')
  const gallery = page.getByRole('region', { name: 'Galerie' })
  await expect(gallery.getByRole('listitem').first().locator('img')).toHaveCount(1)
})

for (const [collection, view] of [
  ['accounts', 'pivot'],
  ['tasks', 'chart'],
  ['structures', 'tree'],
  ['users', 'gallery'],
] as const) {
  for (const width of [1440, 390]) {
    test(`accessible: ${view} at ${width} pixels`, async ({ page }) => {
      await page.setViewportSize({ width, height: 844 })
      await open(page, collection, view, '')
      await expect(page.getByRole('status', { name: 'Chargement de la liste' })).toHaveCount(0)
      await expectAccessible(page)
    })
  }
}
