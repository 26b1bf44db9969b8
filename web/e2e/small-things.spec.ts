import { fr } from '../src/i18n/fr'
import { expect, field, input, openList, openRecord, test, unique } from './base'

/** What people trip over on screens that work. */

test('Escape asks before it loses what was typed, and gives the keyboard back to whoever stays', async ({
  page,
  api,
}) => {
  const name = unique('Prudent')
  const { id } = await api.create('accounts', { name })
  await openRecord(page, 'accounts', id)
  await page.keyboard.press('e')
  await expect(input(page, 'name')).toBeFocused()
  // Nothing was typed: nothing to ask.
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: fr.record.edit })).toBeVisible()
  await page.keyboard.press('e')
  await input(page, 'name').fill(`${name} bis`)
  await page.keyboard.press('Escape')
  const question = page.getByRole('dialog', { name: /Quitter sans enregistrer/ })
  await expect(question).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(question).toBeHidden()
  await expect(input(page, 'name')).toBeFocused()
  await expect(input(page, 'name')).toHaveValue(`${name} bis`)
  await page.keyboard.press('Escape')
  await question.getByRole('button', { name: fr.record.leave.discard }).click()
  await expect(page.getByRole('button', { name: fr.record.edit })).toBeVisible()
  expect((await api.read('accounts', id))?.name).toBe(name)
})

test('Escape asks in a new record too', async ({ page }) => {
  await openList(page, 'accounts')
  await page.keyboard.press('n')
  await input(page, 'name').fill('Presque')
  await page.keyboard.press('Escape')
  const question = page.getByRole('dialog', { name: /Quitter sans enregistrer/ })
  await question.getByRole('button', { name: fr.record.leave.stay }).click()
  await expect(input(page, 'name')).toHaveValue('Presque')
  await page.keyboard.press('Escape')
  await question.getByRole('button', { name: fr.record.leave.discard }).click()
  await expect(page).toHaveURL(/accounts(\?|$)/)
})

test('an address begun by hand is in the country of the environment', async ({ page, api }) => {
  const { id } = await api.create('accounts', { name: unique('Adressé') })
  await openRecord(page, 'accounts', id)
  await page.keyboard.press('e')
  const address = field(page, 'main_address')
  await expect(address.getByLabel(fr.fields.address.country)).toHaveValue('FR')
  await address.getByLabel(fr.fields.address.city).fill('Strasbourg')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: fr.record.edit })).toBeVisible()
  expect((await api.read('accounts', id))?.main_address).toMatchObject({ city: 'Strasbourg', country: 'FR' })
})

test('a yes that is bad news is not shown as good news', async ({ page, api }) => {
  const { id } = await api.create('tasks', { name: unique('Oubliée'), due_on: '2020-01-06' })
  await openRecord(page, 'tasks', id)
  const answer = field(page, 'late').locator('[data-yes]')
  await expect(answer).toHaveAttribute('data-colour', 'madder')
  await expect(answer).toHaveCSS('color', 'rgb(179, 49, 59)')
})

test.describe('at 1440 pixels', () => {
  test.use({ viewport: { width: 1440, height: 900 } })
  test('the list of accounts shows all its columns', async ({ page }) => {
    await openList(page, 'accounts')
    for (const name of ['Tâches ouvertes', 'Dernier échange']) {
      const head = page.getByRole('columnheader', { name })
      await expect(head).toBeVisible()
      const box = await head.boundingBox()
      expect((box?.x ?? 0) + (box?.width ?? 0), name).toBeLessThanOrEqual(1440)
    }
  })
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } })
  test('a long title, its count and what can be done stand on one line', async ({ page }) => {
    await openList(page, 'appointments')
    const title = page.getByRole('heading', { level: 1, name: 'Rendez-vous' })
    await expect(page.getByText(/^\d+$/).first()).toBeVisible()
    expect(await title.evaluate((words) => words.scrollWidth - words.clientWidth)).toBe(0)
    const [own, create] = [await title.boundingBox(), await page.getByRole('link', { name: 'Créer' }).boundingBox()]
    expect(Math.abs((own?.y ?? 0) - (create?.y ?? 0))).toBeLessThan(20)
  })

  test('what the search field says fits in it', async ({ page }) => {
    await openList(page, 'accounts')
    const fits = await page.getByRole('searchbox').evaluate((field: HTMLInputElement) => {
      const style = getComputedStyle(field)
      const context = document.createElement('canvas').getContext('2d')
      if (!context) return false
      context.font = style.font
      const room = field.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight)
      return context.measureText(field.placeholder).width <= room
    })
    expect(fits).toBe(true)
  })
})
