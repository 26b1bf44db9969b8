import type { Page } from '@playwright/test'
import { fr } from '../src/i18n/fr'
import { expectAccessible } from './axe'
import { env, expect, field, input, openList, openRecord, rows, test, unique } from './base'
import { password, people } from './people'

/** Nothing that was typed is lost: neither with the session, nor with the network, nor with the tab. */

const save = (page: Page) => page.getByRole('button', { name: fr.record.save, exact: false }).first()
const editButton = (page: Page) => page.getByRole('button', { name: fr.record.edit })
const again = (page: Page) => page.getByRole('dialog', { name: fr.signIn.again.title })
const offer = (page: Page) => page.getByRole('status').filter({ hasText: 'Continuer ce que vous aviez saisi' })

test.describe('a session that ends in mid-edit', () => {
  test.use({ viewport: { width: 1280, height: 560 } })

  test('the same person signs in on the spot, and what was being saved is saved', async ({ anew, api }) => {
    const { id } = await api.create('accounts', { name: unique('Session') })
    const { page, end } = await anew('ada')
    await openRecord(page, 'accounts', id)
    await editButton(page).click()
    await input(page, 'trade_name').fill('tapé avant')
    await input(page, 'email').fill('avant@exemple.fr')
    const content = page.locator('#content')
    await content.evaluate((element) => element.scrollTo(0, 120))
    const place = await content.evaluate((element) => element.scrollTop)
    await end()
    await page.keyboard.press('Control+Enter')
    await expect(again(page)).toBeVisible()
    await expect(again(page).getByLabel(fr.signIn.email)).toHaveValue(people.ada)
    await expect(again(page).getByLabel(fr.signIn.password, { exact: true })).toBeFocused()
    await page.keyboard.type('pas le bon')
    await page.keyboard.press('Enter')
    await expect(again(page).getByRole('alert')).toContainText(fr.signIn.wrong)
    await expectAccessible(page)
    // Nothing moved behind.
    await expect(input(page, 'trade_name')).toHaveValue('tapé avant')
    expect(await content.evaluate((element) => element.scrollTop)).toBe(place)
    await again(page).getByLabel(fr.signIn.password, { exact: true }).fill(password)
    await page.keyboard.press('Enter')
    await expect(again(page)).toBeHidden()
    await expect(editButton(page)).toBeVisible()
    expect(await api.read('accounts', id)).toMatchObject({ trade_name: 'tapé avant', email: 'avant@exemple.fr' })
  })

  test('somebody else begins at their own start, and finds nothing of the former', async ({ anew, api }) => {
    const name = unique('Chez Ada')
    const { id } = await api.create('accounts', { name })
    const { page, end, signIn } = await anew('ada')
    await openRecord(page, 'accounts', id)
    await editButton(page).click()
    await input(page, 'trade_name').fill('secret d’Ada')
    await end()
    await page.keyboard.press('Control+Enter')
    await again(page).getByLabel(fr.signIn.email).fill(people.bruno)
    await expect(again(page)).toContainText('vous quittez cet écran')
    await again(page).getByLabel(fr.signIn.password, { exact: true }).fill(password)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: fr.environments.title })).toBeVisible()
    await expect(page.getByText(name)).toHaveCount(0)
    await openRecord(page, 'accounts', id)
    await expect(editButton(page)).toBeVisible()
    await expect(offer(page)).toHaveCount(0)
    expect(await api.read('accounts', id)).toMatchObject({ trade_name: null })
    // On this device it is Ada's still.
    await signIn('ada')
    await openRecord(page, 'accounts', id)
    await offer(page).getByRole('button', { name: fr.record.draftTakeUp }).click()
    await expect(input(page, 'trade_name')).toHaveValue('secret d’Ada')
  })
})

test.describe('without a network', () => {
  test('a save waits and is sent once; what was seen before stays readable', async ({ page, context, api }) => {
    const name = unique('Sans réseau')
    const { id } = await api.create('accounts', { name })
    await openList(page, 'accounts', `?q=${encodeURIComponent(name)}`)
    await rows(page).first().click()
    await editButton(page).click()
    await input(page, 'trade_name').fill('au sous-sol')
    await context.setOffline(true)
    const bar = page.getByRole('status').filter({ hasText: fr.frame.offline })
    await expect(bar).toBeVisible()
    await page.keyboard.press('Control+Enter')
    await expect(bar).toContainText('1 envoi attend')
    await expect(page.getByRole('status').filter({ hasText: fr.record.waits.title })).toBeVisible()
    await expect(input(page, 'trade_name')).toHaveValue('au sous-sol')
    await expectAccessible(page)
    // What is typed while it waits follows it.
    await input(page, 'email').fill('chaufferie@exemple.fr')
    await page.keyboard.press('Control+Enter')
    await context.setOffline(false)
    await expect(bar).toBeHidden()
    await expect(editButton(page)).toBeVisible()
    expect(await api.read('accounts', id)).toMatchObject({ trade_name: 'au sous-sol', email: 'chaufferie@exemple.fr' })
    await page.getByText('Historique', { exact: true }).click()
    // Its making, and each save once.
    await expect(page.getByRole('list', { name: 'Historique' }).getByRole('listitem')).toHaveCount(3)
  })

  test('one goes on reading elsewhere, and is told when what waited is saved', async ({ page, context, api }) => {
    const name = unique('Ailleurs')
    const { id } = await api.create('accounts', { name })
    await openList(page, 'accounts', `?q=${encodeURIComponent(name)}`)
    await rows(page).first().click()
    await editButton(page).click()
    await input(page, 'trade_name').fill('plus tard')
    await context.setOffline(true)
    await page.keyboard.press('Control+Enter')
    await expect(page.getByRole('status').filter({ hasText: fr.record.waits.title })).toBeVisible()
    await page.getByRole('button', { name: fr.record.back }).click()
    await expect(rows(page)).toHaveCount(1)
    await context.setOffline(false)
    await expect(page.getByText(`« ${name} » enregistré`)).toBeVisible()
    expect(await api.read('accounts', id)).toMatchObject({ trade_name: 'plus tard' })
    // Live events are heard again.
    await api.change('accounts', id, { phone: '+33388990011' })
    await expect(page.getByRole('table')).toContainText(/03\s88\s99\s00\s11/)
  })

  test('what waits is taken back by whoever gives it up', async ({ page, context, api }) => {
    const { id } = await api.create('accounts', { name: unique('Repris') })
    await openRecord(page, 'accounts', id)
    await editButton(page).click()
    await input(page, 'trade_name').fill('finalement non')
    await context.setOffline(true)
    await page.keyboard.press('Control+Enter')
    await expect(page.getByRole('status').filter({ hasText: fr.record.waits.title })).toBeVisible()
    await page.getByRole('button', { name: fr.record.cancel, exact: true }).click()
    const question = page.getByRole('dialog', { name: fr.record.leave.title })
    await question.getByRole('button', { name: fr.record.leave.discard }).click()
    await expect(editButton(page)).toBeVisible()
    await context.setOffline(false)
    await expect(page.getByRole('status').filter({ hasText: fr.frame.offline })).toBeHidden()
    await api.change('accounts', id, { email: 'ensuite@exemple.fr' })
    await expect(field(page, 'email')).toContainText('ensuite@exemple.fr')
    expect(await api.read('accounts', id)).toMatchObject({ trade_name: null })
  })

  test('a record is created once', async ({ page, context }) => {
    const name = unique('Créé sans réseau')
    await page.goto(`/e/${env}/accounts/new`)
    await input(page, 'name').fill(name)
    await context.setOffline(true)
    await page.keyboard.press('Control+Enter')
    await expect(page.getByRole('status').filter({ hasText: fr.record.waits.title })).toBeVisible()
    await context.setOffline(false)
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
    await openList(page, 'accounts', `?q=${encodeURIComponent(name)}`)
    await expect(rows(page)).toHaveCount(1)
  })
})

test('what is left is kept for later, and offered again when one comes back', async ({ page, api }) => {
  const { id } = await api.create('accounts', { name: unique('Plus tard') })
  await openRecord(page, 'accounts', id)
  await editButton(page).click()
  await input(page, 'trade_name').fill('à finir')
  await page.getByRole('button', { name: fr.record.cancel, exact: true }).click()
  const question = page.getByRole('dialog', { name: fr.record.leave.title })
  await question.getByRole('button', { name: fr.record.leave.setAside }).click()
  await expect(editButton(page)).toBeVisible()
  await offer(page).getByRole('button', { name: fr.record.draftDrop }).click()
  await expect(offer(page)).toBeHidden()
  // Giving up is taken back.
  await page.getByRole('button', { name: fr.record.undo }).click()
  await offer(page).getByRole('button', { name: fr.record.draftTakeUp }).click()
  await expect(input(page, 'trade_name')).toHaveValue('à finir')
  await save(page).click()
  await expect(editButton(page)).toBeVisible()
  expect(await api.read('accounts', id)).toMatchObject({ trade_name: 'à finir' })
  await expect(offer(page)).toHaveCount(0)
})

test('a tab that is closed asks first when something would be left, and what was typed is offered in the next', async ({
  page,
  context,
  api,
}) => {
  const { id } = await api.create('accounts', {
    name: unique('Onglet'),
    trade_name: 'au départ',
    email: 'a@exemple.fr',
  })
  await openRecord(page, 'accounts', id)
  await editButton(page).click()
  // Nothing was typed: nothing is asked.
  let asked = 0
  page.on('dialog', (dialog) => {
    asked += 1
    void dialog.accept()
  })
  await page.reload()
  await expect(input(page, 'trade_name')).toBeVisible()
  expect(asked).toBe(0)
  await input(page, 'trade_name').fill('dans l’onglet')
  await input(page, 'phone').fill('03 88 11 22 33')
  const other = await context.newPage()
  // A tab that is still open keeps what is typed in it to itself.
  await openRecord(other, 'accounts', id)
  await expect(editButton(other)).toBeVisible()
  const closed = page.waitForEvent('close')
  await page.close({ runBeforeUnload: true })
  await closed
  expect(asked).toBe(1)
  // Meanwhile somebody changed one of the two fields.
  await api.change('accounts', id, { trade_name: 'entre-temps' })
  await other.reload()
  await offer(other).getByRole('button', { name: fr.record.draftTakeUp }).click()
  const conflict = other.getByRole('dialog', { name: fr.conflict.title })
  const choice = conflict.getByRole('group', { name: 'Nom commercial' })
  await expect(choice).toContainText('dans l’onglet')
  await expect(choice).toContainText('entre-temps')
  await choice.getByRole('radio').last().check()
  await conflict.getByRole('button', { name: fr.conflict.goOn }).click()
  await expect(input(other, 'phone')).toHaveValue(/03\s?88\s?11\s?22\s?33/)
  await expect(input(other, 'trade_name')).toHaveValue('entre-temps')
  await save(other).click()
  await expect(editButton(other)).toBeVisible()
  await expect(field(other, 'phone')).toContainText(/03\s88\s11\s22\s33/)
  expect(await api.read('accounts', id)).toMatchObject({ trade_name: 'entre-temps', phone: '+33388112233' })
})

test('what cannot be understood is kept as it was typed', async ({ page, api }) => {
  const { id } = await api.create('accounts', { name: unique('Incompris') })
  await openRecord(page, 'accounts', id)
  await page.getByRole('tab', { name: 'Société et facturation' }).click()
  await editButton(page).click()
  await input(page, 'founded_on').fill('vers la Saint-Jean')
  await input(page, 'siret').focus()
  await expect(field(page, 'founded_on')).toContainText(fr.fields.date.invalid)
  // Another tab of the form and back, then the page anew.
  await page.getByRole('tab', { name: 'Général' }).click()
  await page.getByRole('tab', { name: 'Société et facturation' }).click()
  await expect(input(page, 'founded_on')).toHaveValue('vers la Saint-Jean')
  await page.reload()
  await expect(input(page, 'founded_on')).toHaveValue('vers la Saint-Jean')
  await expect(field(page, 'founded_on')).toContainText(fr.fields.date.invalid)
})

test('a note that was begun is there when one comes back', async ({ page, api }) => {
  const { id } = await api.create('accounts', { name: unique('Note commencée') })
  await openRecord(page, 'accounts', id)
  const note = page.getByRole('textbox', { name: fr.activity.write })
  await note.fill('Rappeler demain')
  await openList(page, 'accounts')
  await openRecord(page, 'accounts', id)
  await expect(note).toHaveValue('Rappeler demain')
})
