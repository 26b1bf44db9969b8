import { expectAccessible } from './axe'
import { env, expect, test, unique } from './base'

test('somebody is let in with a password shown once, changed, and shown out', async ({ page }) => {
  const name = unique('Zoé')
  await page.goto(`/admin/${env}`)
  await page.getByRole('link', { name: /Personnes et accès/ }).click()
  await page.getByRole('button', { name: 'Donner accès' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Nom' }).fill(name)
  await dialog
    .getByRole('textbox', { name: 'Adresse e-mail' })
    .fill(`${name.replace(/\W/g, '').toLowerCase()}@exemple.fr`)
  await dialog.getByRole('button', { name: 'Donner accès' }).click()
  await expect(page.getByTestId('password')).toHaveText(/^[a-z2-9]{20}$/)
  await page.getByRole('dialog').getByRole('button', { name: 'Fermer', exact: true }).last().click()
  await expect(page.getByTestId('password')).toHaveCount(0)
  const actions = page.getByRole('button', { name: `Actions pour ${name}` })
  await actions.click()
  await page.getByRole('menuitem', { name: 'Retirer l’accès' }).click()
  await expect(page.getByText(`Accès de ${name} retiré`)).toBeVisible()
  await expect(actions).toHaveCount(0)
})

test('the journal is narrowed to one record, from what it was to what it is', async ({ page, api }) => {
  const name = unique('Journal')
  const account = await api.create('accounts', { name })
  await api.change('accounts', account.id, { name: `${name} bis` })
  await page.goto(`/admin/${env}/audit?collection=accounts&record=${account.id}`)
  const list = page.getByRole('list', { name: 'Journal' })
  await expect(list.locator('> li')).toHaveCount(2)
  await expect(list.locator('> li').first()).toContainText('a modifié')
  await expect(list.locator('> li').first().locator('del')).toContainText(name)
  await expect(page.getByText('Début du journal')).toBeVisible()
  await page
    .getByRole('combobox', { name: 'Action' })
    .or(page.getByRole('textbox', { name: 'Action' }))
    .first()
    .click()
  await page.getByRole('option', { name: 'création' }).click()
  await expect(list.locator('> li')).toHaveCount(1)
  await expect(page).toHaveURL(/operation=create/)
  // Days are written as the application writes them, whatever the language of the browser.
  await page.getByRole('textbox', { name: 'Du', exact: true }).fill('1/3/2026')
  await page.getByRole('textbox', { name: 'Au', exact: true }).fill('bientôt')
  await page.keyboard.press('Tab')
  await expect(page).toHaveURL(/from=2026-03-01/)
  await expect(page.getByText('Date non comprise')).toBeVisible()
  await list.getByRole('link', { name: `${name} bis` }).click()
  await expect(page.getByRole('heading', { name: `${name} bis` })).toBeVisible()
})

test('what was deleted long ago is made again from the journal, with what referred to it', async ({ page, api }) => {
  const name = unique('Disparu')
  const account = await api.create('accounts', { name })
  const task = await api.create('tasks', { name: unique('Rappeler'), account_id: account.id })
  await api.remove('accounts', account.id)
  await page.goto(`/admin/${env}/audit?collection=accounts&record=${account.id}`)
  await page.getByRole('button', { name: `Rétablir ${name}` }).click()
  await expect(page.getByText(`${name} : rétabli`)).toBeVisible()
  await expect(page.getByRole('button', { name: `Rétablir ${name}` })).toHaveCount(0)
  await page.getByRole('button', { name: 'Ouvrir' }).click()
  await expect(page.getByRole('heading', { name })).toBeVisible()
  expect((await api.read('tasks', task.id))?.account_id).toBe(account.id)
})

test('who does not administer finds nothing there', async ({ as }) => {
  const { page } = await as('theo')
  for (const part of ['', '/people', '/profiles', '/profiles/sales', '/audit', '/settings', '/data']) {
    await page.goto(`/admin/${env}${part}`)
    await expect(page.getByText('Réservé aux administrateurs de cet environnement.')).toBeVisible()
  }
})

test('an archive is prepared while one does something else, and fetched', async ({ page }) => {
  await page.goto('/admin/acme-test/data')
  const archive = page.getByRole('region', { name: 'Tout emporter' })
  await archive.getByRole('button', { name: 'Préparer en arrière-plan' }).click()
  const ready = archive.getByRole('link', { name: /Archive prête/ })
  await expect(ready.first()).toBeVisible({ timeout: 30_000 })
  await expect(archive).toContainText('à prendre jusqu’au')
  await expectAccessible(page)
  const fetched = page.waitForEvent('download')
  await ready.first().click()
  expect((await fetched).suggestedFilename()).toBe('acme-test.zip')
})
