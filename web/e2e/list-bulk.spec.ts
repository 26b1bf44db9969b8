import { expect, openList, rows, test, unique } from './base'

const bar = (page: import('@playwright/test').Page) => page.getByRole('region', { name: 'Actions sur la sélection' })

test('many rows are changed at once, and put back at once', async ({ page, api }) => {
  const word = unique('Lot')
  const made = []
  for (const name of ['A', 'B', 'C', 'D'])
    made.push(await api.create('tasks', { name: `${word} ${name}`, priority: 'low' }))
  await openList(page, 'tasks', `?q=${encodeURIComponent(word)}&sort=name`)
  await expect(rows(page)).toHaveCount(4)
  await page.getByRole('checkbox', { name: `Sélectionner ${word} A` }).click()
  await page.getByRole('checkbox', { name: `Sélectionner ${word} C` }).click({ modifiers: ['Shift'] })
  await expect(bar(page)).toContainText('3 sélectionnées')
  await bar(page).getByRole('button', { name: 'Modifier un champ' }).click()
  const dialog = page.getByRole('dialog', { name: 'Modifier un champ' })
  await dialog.getByRole('combobox', { name: 'Champ' }).selectOption({ label: 'Priorité' })
  await dialog.getByRole('combobox', { name: 'Nouvelle valeur' }).click()
  await page.getByRole('option', { name: 'Urgente' }).click()
  await dialog.getByRole('button', { name: 'Appliquer à 3 fiche(s)' }).click()
  await expect(page.getByText('3 fiches modifiées')).toBeVisible()
  await expect(page.getByRole('cell', { name: 'Urgente' })).toHaveCount(3)
  expect((await api.read('tasks', made[3]?.id ?? ''))?.priority).toBe('low')
  // Somebody changes one of them meanwhile: it is left as it is, and said.
  await api.change('tasks', made[1]?.id ?? '', { priority: 'normal' })
  await page.getByRole('button', { name: 'Rétablir' }).click()
  await expect(page.getByText('2 fiches remises comme avant')).toBeVisible()
  await expect(page.getByRole('dialog', { name: '1 fiche refusée' })).toBeVisible()
  await page.getByRole('button', { name: 'Fermer' }).click()
  for (const [position, priority] of ['low', 'normal', 'low', 'low'].entries())
    expect((await api.read('tasks', made[position]?.id ?? ''))?.priority).toBe(priority)
})

test('a transition of many says row by row which were refused', async ({ page, api }) => {
  const word = unique('Étapes')
  for (const name of ['A', 'B']) await api.create('accounts', { name: `${word} ${name}` })
  const supplier = await api.create('accounts', { name: `${word} C` })
  await api.move('accounts', supplier.id, 'buy_from')
  await openList(page, 'accounts', `?q=${encodeURIComponent(word)}`)
  await expect(rows(page)).toHaveCount(3)
  await page.getByRole('checkbox', { name: 'Sélectionner les lignes affichées' }).click()
  await bar(page).getByRole('button', { name: 'Actions' }).click()
  await page
    .getByRole('menuitem', { name: /Acheter|fournisseur/i })
    .first()
    .click()
  const refused = page.getByRole('dialog', { name: '1 fiche refusée' })
  await expect(refused.getByRole('link', { name: `${word} C` })).toBeVisible()
  await refused.getByRole('button', { name: 'Fermer' }).click()
  await expect(page.getByRole('cell', { name: 'Fournisseur' })).toHaveCount(3)
})

test('everything that the filter keeps is chosen, and deleted unless taken back', async ({ page, api }) => {
  const word = unique('Périmé')
  const made = []
  for (const name of ['A', 'B', 'C']) made.push(await api.create('tasks', { name: `${word} ${name}` }))
  await openList(page, 'tasks', `?q=${encodeURIComponent(word)}`)
  await expect(rows(page)).toHaveCount(3)
  await page.getByRole('checkbox', { name: 'Sélectionner les lignes affichées' }).click()
  await bar(page).getByRole('button', { name: 'Supprimer' }).click()
  await expect(page.getByText('3 fiches vont être supprimées')).toBeVisible()
  await page.getByRole('button', { name: 'Rétablir' }).click()
  await page.getByRole('checkbox', { name: 'Sélectionner les lignes affichées' }).click()
  await bar(page).getByRole('button', { name: 'Supprimer' }).click()
  await expect(page.getByText('3 fiches supprimées')).toBeVisible()
  for (const { id } of made) expect(await api.read('tasks', id)).toBeNull()
  // Gone, and made again all the same.
  await page.getByRole('button', { name: 'Rétablir' }).click()
  await expect(page.getByText('3 fiches remises comme avant')).toBeVisible()
  await expect(rows(page)).toHaveCount(3)
  for (const { id, name } of made) expect(await api.read('tasks', id)).toMatchObject({ id, name })
})

test('whoever only reads chooses nothing', async ({ as }) => {
  const { page } = await as('theo')
  await openList(page, 'tasks')
  await expect(page.getByRole('checkbox', { name: /^Sélectionner/ })).toHaveCount(0)
})
