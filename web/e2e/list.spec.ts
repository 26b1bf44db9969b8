import { env, expect, openList, rows, test, unique } from './base'

test('a list is searched, filtered and sorted, and its address keeps it so', async ({ page, api }) => {
  const word = unique('Zinguerie')
  for (const name of ['Beta', 'Alpha']) await api.create('accounts', { name: `${word} ${name}` })
  const supplier = await api.create('accounts', { name: `${word} Gamma` })
  await api.move('accounts', supplier.id, 'buy_from')
  await openList(page, 'accounts')
  await page.getByRole('searchbox', { name: 'Chercher dans la liste' }).fill(word)
  await expect(rows(page)).toHaveCount(3)
  await page.getByRole('button', { name: 'Prospects', exact: true }).click()
  await expect(rows(page)).toHaveCount(2)
  await page
    .getByRole('columnheader', { name: /Raison sociale/ })
    .getByRole('button')
    .click()
  await expect(rows(page).first()).toHaveText(/Beta|Alpha/)
  const descending = page.getByRole('columnheader', { name: /Raison sociale/ })
  if ((await descending.getAttribute('aria-sort')) === 'ascending') await descending.getByRole('button').click()
  await expect(rows(page)).toHaveText([`${word} Beta`, `${word} Alpha`])
  await page.reload()
  await expect(rows(page)).toHaveText([`${word} Beta`, `${word} Alpha`])
})

test('a filter on a field narrows the list and can be taken away', async ({ page, api }) => {
  const word = unique('Ferblanterie')
  await api.create('accounts', {
    name: `${word} A`,
    main_address: { lines: '1 rue du Fil', postcode: '67000', city: 'Strasbourg', country: 'FR' },
  })
  await api.create('accounts', {
    name: `${word} B`,
    main_address: { lines: '1 rue du Fil', postcode: '57000', city: 'Metz', country: 'FR' },
  })
  await openList(page, 'accounts', `?q=${encodeURIComponent(word)}`)
  await expect(rows(page)).toHaveCount(2)
  await page.getByRole('button', { name: 'Filtre', exact: true }).click()
  await page.getByRole('textbox', { name: 'Quel champ' }).fill('ville')
  await page.getByRole('list', { name: 'Filtrer par' }).getByRole('button', { name: /Ville/ }).first().click()
  await page.getByRole('textbox', { name: 'Valeur' }).fill('metz')
  await page.getByRole('button', { name: 'Appliquer' }).click()
  await expect(rows(page)).toHaveText([`${word} B`])
  await page.getByRole('button', { name: /Retirer le filtre/ }).click()
  await expect(rows(page)).toHaveCount(2)
})

test('columns are chosen and kept', async ({ as }) => {
  // Kept for the person, on the server: not of those whose lists other tests look at.
  const { page } = await as('bruno')
  await openList(page, 'accounts')
  await page.getByRole('button', { name: 'Colonnes' }).click()
  await page.getByRole('checkbox', { name: 'Segment' }).uncheck()
  await page.getByRole('checkbox', { name: 'E-mail' }).check()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('columnheader', { name: /E-mail/ })).toBeAttached()
  await expect(page.getByRole('columnheader', { name: /Segment/ })).toHaveCount(0)
  await page.goto(`/e/${env}/accounts`)
  await expect(page.getByRole('columnheader', { name: /E-mail/ })).toBeAttached()
})

test('a long list goes on as one scrolls, each row once', async ({ page }) => {
  await openList(page, 'communes')
  const table = page.getByRole('table')
  const seen = new Set<string>()
  const take = async () => {
    for (const id of await table
      .locator('[data-id]')
      .evaluateAll((found) => found.map((row) => row.getAttribute('data-id') ?? '')))
      seen.add(id)
  }
  await take()
  const first = seen.size
  // Past the first page of a hundred: what comes into sight was fetched on the way.
  for (let step = 1; step <= 12 && seen.size <= 130; step += 1) {
    await table.evaluate((frame, to) => frame.scrollTo({ top: to }), step * 480)
    await expect(table.locator(`[aria-rowindex="${Math.floor((step * 480) / 36) + 6}"][data-id]`)).toBeAttached()
    await take()
  }
  expect(seen.size).toBeGreaterThan(Math.max(first, 100))
  const positions = await table
    .locator('[data-id]')
    .evaluateAll((found) => found.map((row) => row.getAttribute('data-id')))
  expect(new Set(positions).size).toBe(positions.length)
})

test('a list without a match says why and offers the way back', async ({ page }) => {
  await openList(page, 'accounts', '?q=zzzzqqqq')
  await expect(page.getByRole('heading', { name: 'Aucune fiche ne correspond' })).toBeVisible()
  await page.getByRole('button', { name: 'Tout effacer' }).last().click()
  await expect(rows(page).first()).toBeVisible()
})
