import { env, expect, field, input, openList, openRecord, rows, test, unique } from './base'

test('a record is created; what the server refuses is said on the field it is about', async ({ page }) => {
  const name = unique('Chauffage Lenoir')
  await page.goto(`/e/${env}/accounts/new`)
  await input(page, 'name').fill(name)
  await page.getByRole('tab', { name: 'Société et facturation' }).click()
  await input(page, 'siret').fill('12345678901234')
  await page.getByRole('button', { name: 'Créer', exact: false }).last().click()
  await expect(field(page, 'siret')).toContainText('SIRET')
  await expect(input(page, 'siret')).toBeFocused()
  await expect(input(page, 'siret')).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByRole('alert')).toContainText('1 champ à corriger')
  await input(page, 'siret').fill('')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
  await expect(page).toHaveURL(/accounts\/[0-9a-f-]{36}/)
})

test('a record is edited in place, and its history tells who changed what', async ({ page, api }) => {
  const name = unique('Avant')
  const { id } = await api.create('accounts', { name, phone: '+33388220001' })
  await openRecord(page, 'accounts', id)
  await page.getByRole('button', { name: 'Modifier' }).click()
  await input(page, 'name').fill(`${name} bis`)
  await input(page, 'phone').fill('03 88 22 00 02')
  await page.getByRole('button', { name: 'Enregistrer' }).click()
  await expect(page.getByRole('heading', { level: 1, name: `${name} bis` })).toBeVisible()
  await expect(field(page, 'phone')).toContainText(/03\s88\s22\s00\s02/)
  await page.getByText('Historique', { exact: true }).click()
  const last = page.getByRole('list', { name: 'Historique' }).getByRole('listitem').first()
  await expect(last).toContainText('Ada Lenoir')
  await expect(last.getByRole('deletion').filter({ hasText: name }).first()).toBeVisible()
  await expect(
    last
      .getByRole('insertion')
      .filter({ hasText: `${name} bis` })
      .first(),
  ).toBeVisible()
  await expect(last).toContainText(/03\s88\s22\s00\s01/)
})

test('what is typed survives a reload, and is not left behind without a question', async ({ page, api }) => {
  const name = unique('Brouillon')
  const { id } = await api.create('accounts', { name })
  await openRecord(page, 'accounts', id)
  await page.getByRole('button', { name: 'Modifier' }).click()
  await input(page, 'trade_name').fill('à moitié tapé')
  await page.reload()
  await expect(page.getByText('Modifications non enregistrées retrouvées.')).toBeVisible()
  await expect(input(page, 'trade_name')).toHaveValue('à moitié tapé')
  await page
    .getByRole('navigation', { name: 'Navigation principale' })
    .first()
    .getByRole('link', { name: 'Contacts' })
    .click()
  const question = page.getByRole('dialog', { name: 'Quitter sans enregistrer' })
  await expect(question).toBeVisible()
  await question.getByRole('button', { name: 'Rester' }).click()
  await expect(input(page, 'trade_name')).toHaveValue('à moitié tapé')
  await page
    .getByRole('navigation', { name: 'Navigation principale' })
    .first()
    .getByRole('link', { name: 'Contacts' })
    .click()
  await page.getByRole('dialog').getByRole('button', { name: 'Abandonner' }).click()
  await expect(page).toHaveURL(/\/contacts/)
  expect(await api.read('accounts', id)).toMatchObject({ trade_name: null })
})

test('a deletion can be taken back; left alone, it is done', async ({ page, api }) => {
  const name = unique('À supprimer')
  const { id } = await api.create('accounts', { name })
  const remove = async () => {
    await rows(page).filter({ hasText: name }).click()
    await page.getByRole('button', { name: 'Autres actions' }).click()
    await page.getByRole('menuitem', { name: 'Supprimer' }).click()
    await expect(rows(page).filter({ hasText: name })).toHaveCount(0)
  }
  await openList(page, 'accounts', `?q=${encodeURIComponent(name)}`)
  await remove()
  await page.getByRole('button', { name: 'Rétablir' }).click()
  await expect(rows(page).filter({ hasText: name })).toHaveCount(1)
  expect(await api.read('accounts', id)).not.toBeNull()
  await remove()
  await expect.poll(() => api.read('accounts', id)).toBeNull()
})

test('a record that others refer to stays, and the refusal names them', async ({ page, api }) => {
  const name = unique('Référencé')
  const { id } = await api.create('accounts', { name })
  await api.create('contacts', { last_name: unique('Contact'), account_id: id })
  await openRecord(page, 'accounts', id)
  await page.getByRole('button', { name: 'Autres actions' }).click()
  await page.getByRole('menuitem', { name: 'Supprimer' }).click()
  await expect(page.getByRole('alert')).toContainText('n’a pas été supprimé')
  await expect(page.getByRole('alert')).toContainText('Contacts (1)')
})

test('a reference is found by typing, with the keyboard alone', async ({ page, api }) => {
  const account = unique('Syndic Weber')
  const { id } = await api.create('accounts', { name: account })
  await page.goto(`/e/${env}/contacts/new`)
  await input(page, 'last_name').fill(unique('Muller'))
  const picker = input(page, 'account')
  await picker.fill(account.slice(-8))
  await expect(page.getByRole('option', { name: account })).toBeVisible()
  await picker.press('Enter')
  await expect(picker).toHaveValue(account)
  await page.keyboard.press('Control+Enter')
  await expect(page).toHaveURL(/contacts\/[0-9a-f-]{36}/)
  await expect(field(page, 'account').getByRole('link', { name: account })).toHaveAttribute('href', new RegExp(id))
})

test('lines are added, changed and removed with their record', async ({ page, api }) => {
  const { id } = await api.create('tasks', { name: unique('Entretien') })
  await openRecord(page, 'tasks', id)
  await page.getByRole('tab', { name: /Étapes/ }).click()
  await page.getByRole('button', { name: 'Modifier' }).click()
  const add = page.getByRole('button', { name: 'Ajouter une ligne' })
  await add.click()
  await page.getByRole('textbox', { name: 'À faire, Ligne 1' }).fill('Couper le gaz')
  await add.click()
  await page.getByRole('textbox', { name: 'À faire, Ligne 2' }).fill('Purger')
  await page.getByRole('button', { name: 'Enregistrer' }).click()
  const table = page.getByRole('tabpanel').getByRole('table')
  await expect(table.getByRole('row')).toHaveCount(3)
  await page.getByRole('button', { name: 'Modifier' }).click()
  await page.getByRole('button', { name: 'Retirer la ligne 1' }).click()
  await page.getByRole('button', { name: 'Enregistrer' }).click()
  await expect(table.getByRole('row')).toHaveCount(2)
  await expect(table).toContainText('Purger')
})

test('a picture is sent with its record and shown', async ({ page, api }) => {
  const { id } = await api.create('accounts', { name: unique('Logo') })
  await openRecord(page, 'accounts', id)
  await page.getByRole('tab', { name: 'Société et facturation' }).click()
  await page.getByRole('button', { name: 'Modifier' }).click()
  await field(page, 'logo')
    .locator('input[type=file]')
    .setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: pixel })
  await expect(field(page, 'logo').getByRole('img')).toBeVisible()
  await page.getByRole('button', { name: 'Enregistrer' }).click()
  await expect(page.getByRole('button', { name: 'Modifier' })).toBeVisible()
  const picture = field(page, 'logo').getByRole('img', { name: 'logo.png' })
  await expect(picture).toBeVisible()
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1)
})

test('a record moves from state to state by its actions', async ({ page, api }) => {
  const { id } = await api.create('tasks', { name: unique('À faire') })
  await openRecord(page, 'tasks', id)
  const step = page.getByRole('list', { name: 'Étapes' }).locator('[aria-current=step]')
  await expect(step).toHaveText('À faire')
  await page.getByRole('button', { name: 'Commencer' }).click()
  await expect(step).toHaveText('En cours')
})

test('a record that does not exist says so', async ({ page }) => {
  await page.goto(`/e/${env}/accounts/0192f000-0000-7000-8000-000000000000`)
  await expect(page.getByRole('heading', { name: 'Cette fiche n’existe pas' })).toBeVisible()
})

/** One white pixel. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==',
  'base64',
)
