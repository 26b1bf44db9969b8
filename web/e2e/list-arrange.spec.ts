import type { Locator } from '@playwright/test'
import { env, expect, openList, rows, test, unique } from './base'

test('a list is sorted by several columns, each with its rank', async ({ page, api }) => {
  const word = unique('Tri')
  for (const [name, city] of [
    ['A', 'Metz'],
    ['B', 'Nancy'],
    ['C', 'Metz'],
  ] as const)
    await api.create('accounts', { name: `${word} ${name}`, main_address: { city, country: 'FR' } })
  await openList(page, 'accounts', `?q=${encodeURIComponent(word)}&cols=name,main_address.city`)
  const head = (name: RegExp) => page.getByRole('columnheader', { name }).getByRole('button')
  await head(/Ville/).click()
  await head(/Raison sociale/).click({ modifiers: ['Shift'] })
  await head(/Raison sociale/).click({ modifiers: ['Shift'] })
  await expect(rows(page)).toHaveText([`${word} C`, `${word} A`, `${word} B`])
  await expect(page.getByRole('columnheader', { name: /Ville/ })).toContainText('1')
  await expect(page.getByRole('columnheader', { name: /Raison sociale/ })).toContainText('2')
  await expect(page).toHaveURL(/sort=main_address.city(,|%2C)-name/)
  // The same from the menu, by keyboard.
  await page.getByRole('button', { name: 'Trier', exact: true }).press('Enter')
  await page.getByRole('button', { name: 'Retirer le tri par Ville' }).press('Enter')
  await expect(rows(page)).toHaveText([`${word} C`, `${word} B`, `${word} A`])
})

test('columns are moved by keyboard and by dragging, and one stays in sight', async ({ as }) => {
  const { page } = await as('bruno')
  await openList(page, 'sites', '?cols=name,code,kind')
  const heads = page.getByRole('columnheader').filter({ has: page.locator('button') })
  await page.getByRole('button', { name: 'Colonnes' }).click()
  const menu = page.getByRole('dialog', { name: 'Colonnes' })
  await menu.getByRole('button', { name: 'Déplacer Code' }).press('ArrowUp')
  await expect(heads.first()).toContainText('Code')
  await menu.getByRole('button', { name: /^Déplacer Type/ }).dragTo(menu.getByRole('button', { name: 'Déplacer Code' }))
  await expect(heads.first()).toContainText('Type')
  await menu.getByRole('button', { name: /^Garder Code/ }).click()
  await expect(heads.first()).toContainText('Code')
  await expect(page).toHaveURL(/code!|code%21/)
})

test('what is held beside its box stays in place while the other columns go by', async ({ page }) => {
  await page.setViewportSize({ width: 1000, height: 700 })
  await openList(page, 'accounts', '?cols=name,code!,kind,segment,main_address.city,phone,owner,created_at')
  const table = page.getByRole('table').first()
  const heads = table.getByRole('columnheader')
  const cells = table.locator('[data-id]').first().getByRole('cell')
  const from = async (place: Locator) => Math.round((await place.boundingBox())?.x ?? -1)
  const held = async () => [await from(heads.nth(1)), await from(cells.nth(1))]
  const [head, words] = await held()
  expect(head).toBe(words)
  expect(head).toBeGreaterThan(20)
  const next = await from(heads.nth(2))
  await table.evaluate((frame) => frame.scrollTo({ left: 40 }))
  await expect.poll(() => from(heads.nth(2))).toBe(next - 40)
  expect(await held()).toEqual([head, head])
  await cells.getByRole('checkbox').check()
  await expect(page.getByText('1 sélectionné')).toBeVisible()
})

test('a column is made wider by its edge, by the keyboard and by dragging', async ({ as }) => {
  // Widths are kept for the person: a list of its own, which no other test measures.
  const { page } = await as('bruno')
  await openList(page, 'sites', '?cols=name,address.city,kind')
  const edge = page.getByRole('separator', { name: /Ville/ })
  const width = async () => Number(await edge.getAttribute('aria-valuenow'))
  const head = page.getByRole('columnheader', { name: /Ville/ })
  const before = await width()
  await head.getByRole('button').focus()
  await page.keyboard.press('Tab')
  await expect(edge).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  const wider = await width()
  expect(wider).toBeGreaterThan(before)
  await expect(edge).toBeFocused()
  const box = await edge.boundingBox()
  if (!box) throw new Error('no edge')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 2 + 60, box.y + box.height / 2, { steps: 4 })
  await page.mouse.up()
  await expect.poll(width).toBeGreaterThan(wider)
  await page.reload()
  expect(await width()).toBeGreaterThan(wider)
})

test('a view is saved, changed, put back, renamed, shared, and opened by another person', async ({ page, api, as }) => {
  let name = unique('Vue')
  const word = unique('Chaudronnerie')
  await api.create('contacts', { last_name: word })
  await openList(page, 'contacts', `?q=${encodeURIComponent(word)}`)
  const menu = page.getByRole('button', { name: /^Vue :/ })
  await menu.click()
  await page.getByRole('button', { name: 'Enregistrer sous…' }).click()
  await page.getByRole('textbox', { name: 'Nom de la vue' }).fill(name)
  await page.getByRole('checkbox', { name: 'Partager avec tout le monde' }).check()
  await page.getByRole('button', { name: 'Garder cette vue' }).click()
  await expect(menu).toContainText(name)
  await expect(page).toHaveURL(/saved=/)
  // Changed, then put back.
  await page.getByRole('searchbox').fill('rien de tel')
  await expect(page.getByRole('img', { name: 'Modifiée, pas encore enregistrée' })).toBeVisible()
  await menu.click()
  await page.getByRole('button', { name: 'Rétablir' }).click()
  await expect(rows(page)).toHaveCount(1)
  await expect(page.getByRole('img', { name: 'Modifiée, pas encore enregistrée' })).toHaveCount(0)
  // Called otherwise.
  await menu.click()
  await page.getByRole('button', { name: `Renommer ${name}` }).click()
  name = unique('Vue renommée')
  await page.getByRole('textbox', { name: 'Nom de la vue' }).fill(name)
  await page.getByRole('button', { name: 'Renommer', exact: true }).click()
  await expect(menu).toContainText(name)
  // Another person sees it, but may not change what only reads.
  const { page: theirs } = await as('theo')
  await openList(theirs, 'contacts')
  await theirs.getByRole('button', { name: /^Vue :/ }).click()
  await expect(theirs.getByRole('button', { name: `Oublier ${name}` })).toHaveCount(0)
  await theirs.getByRole('button', { name: new RegExp(`^${name}`) }).click()
  await expect(rows(theirs)).toHaveCount(1)
  // Forgotten.
  await menu.click()
  await page.getByRole('button', { name: `Oublier ${name}` }).click()
  await page.goto(`/e/${env}/contacts`)
  await menu.click()
  await expect(page.getByRole('button', { name: new RegExp(`^${name}`) })).toHaveCount(0)
})

test('a person’s list opens with the view they chose', async ({ as }) => {
  const { page } = await as('bruno')
  const name = unique('Mon ordre')
  await openList(page, 'structures', '?sort=-name')
  await page.getByRole('button', { name: /^Vue :/ }).click()
  await page.getByRole('button', { name: 'Enregistrer sous…' }).click()
  await page.getByRole('textbox', { name: 'Nom de la vue' }).fill(name)
  await page.getByRole('checkbox', { name: 'Ouvrir la liste avec cette vue' }).check()
  await page.getByRole('button', { name: 'Garder cette vue' }).click()
  await expect(page).toHaveURL(/saved=[0-9a-f-]{36}/)
  await page.goto(`/e/${env}/structures`)
  await expect(page.getByRole('button', { name: `Vue : ${name}` })).toBeVisible()
  await expect(page).toHaveURL(/sort=-name/)
  // The list as it comes is still there.
  await page.getByRole('button', { name: /^Vue :/ }).click()
  await page.getByRole('button', { name: 'Toutes les fiches' }).click()
  await expect(page).not.toHaveURL(/sort=/)
  await page.getByRole('button', { name: /^Vue :/ }).click()
  await page.getByRole('button', { name: `Oublier ${name}` }).click()
})

test('rows are grouped, with counts and sums, and a group closes', async ({ page, api }) => {
  const word = unique('Groupe')
  for (const [name, city, limit] of [
    ['A', 'Metz', 100],
    ['B', 'Nancy', 20],
    ['C', 'Metz', 3],
  ] as const)
    await api.create('accounts', {
      name: `${word} ${name}`,
      main_address: { city, country: 'FR' },
      credit_limit: limit,
    })
  await openList(page, 'accounts', `?q=${encodeURIComponent(word)}&cols=name,main_address.city,credit_limit`)
  await page.getByRole('button', { name: 'Trier', exact: true }).click()
  await page.getByRole('combobox', { name: 'Grouper par' }).selectOption({ label: 'Ville' })
  await page.keyboard.press('Escape')
  const metz = page.getByRole('row').filter({ has: page.getByRole('button', { name: 'Metz' }) })
  await expect(metz).toContainText('2 fiches')
  await expect(metz).toContainText('103,00')
  await expect(rows(page)).toHaveText([`${word} A`, `${word} C`, `${word} B`])
  await metz.getByRole('button', { name: 'Metz' }).click()
  await expect(rows(page)).toHaveText([`${word} B`])
  await expect(page.getByText('3 fiches')).toBeVisible()
  await metz.getByRole('button', { name: 'Metz' }).click()
  await expect(rows(page)).toHaveCount(3)
  // The foot adds up, and reckons otherwise when asked.
  const foot = page.getByRole('button', { name: /: Somme$/ })
  await expect(foot).toContainText('123,00')
  await foot.click()
  await page.getByRole('menuitem', { name: 'Plus grande valeur' }).click()
  await expect(page.getByRole('button', { name: /: Plus grande valeur$/ })).toContainText('100,00')
  await page.reload()
  await expect(page.getByRole('button', { name: /: Plus grande valeur$/ })).toContainText('100,00')
})
