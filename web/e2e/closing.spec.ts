import type { Page } from '@playwright/test'
import { readSheet } from 'read-excel-file/node'
import { expect, field, input, rows, test, unique } from './base'
import { password, people } from './people'

const day_ms = 86_400_000

/** `2026-12-01` of Tuesday and Thursday of next week, whatever today is, where the demo company is. */
function nextWeek(): { tuesday: string; thursday: string } {
  const today = new Date(`${new Date().toLocaleDateString('en-CA', { timeZone: 'Europe/Paris' })}T12:00:00Z`)
  const monday = today.getTime() + (8 - (today.getUTCDay() || 7)) * day_ms
  const day = (n: number) => new Date(monday + n * day_ms).toISOString().slice(0, 10)
  return { tuesday: day(1), thursday: day(3) }
}

const menu = (page: Page) => page.getByRole('navigation', { name: 'Navigation principale' }).first()

/** Conditions no list offers ready-made: in Strasbourg, and without an appointment for six months. */
async function lostFromSight(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Filtre', exact: true }).click()
  await page.getByRole('button', { name: 'Plusieurs conditions…' }).click()
  const builder = page.getByRole('dialog', { name: 'Conditions de la liste' })
  await builder.getByRole('button', { name: 'Condition', exact: true }).click()
  await builder.getByRole('combobox', { name: 'Champ' }).selectOption({ label: 'Ville' })
  await builder.getByRole('textbox', { name: 'Valeur' }).fill('Strasbourg')
  await builder.getByRole('button', { name: 'Fiches liées' }).click()
  await builder.getByRole('combobox', { name: 'Fiches liées' }).selectOption({ label: 'Rendez-vous' })
  const inner = builder.getByRole('group').last()
  await inner.getByRole('button', { name: 'Condition', exact: true }).click()
  await inner.getByRole('combobox', { name: 'Champ' }).selectOption({ label: 'Début' })
  await inner.getByRole('combobox', { name: 'Période' }).selectOption({ label: 'depuis moins de…' })
  await inner.getByRole('textbox', { name: 'Combien' }).fill('6')
  await inner.getByRole('combobox', { name: 'Unité' }).selectOption({ label: 'mois' })
  await builder.getByRole('button', { name: 'Appliquer' }).click()
}

/** A day and an hour, typed one after the other as people type them. */
async function type(page: Page, name: string, day: string, hour: string): Promise<void> {
  const slot = field(page, name)
  await slot.locator('input').first().fill(day.split('-').reverse().join('/'))
  await slot.locator('input').last().fill(hour)
  await page.keyboard.press('Tab')
}

/** What a person begins with who never was here. */
test.use({ storageState: { cookies: [], origins: [] } })

test('whoever sells finds a customer lost from sight, plans a visit, moves it, sees it around the customer and takes the list along', async ({
  page,
  as,
}) => {
  test.setTimeout(90_000)
  const { api } = await as('camille')
  // Three customers: one who was seen long ago, one seen lately, one who lives elsewhere.
  const word = unique('Menuiserie')
  const [lost, lately, elsewhere] = [`${word} Hoffmann`, `${word} Schmitt`, `${word} Muller`]
  for (const [name, city, daysAgo] of [
    [lost, 'Strasbourg', 300],
    [lately, 'Strasbourg', 20],
    [elsewhere, 'Metz', 300],
  ] as const) {
    const { id } = await api.create('accounts', { name, main_address: { city, country: 'FR' } })
    const at = (hours: number) => new Date(Date.now() - daysAgo * day_ms + hours * 3_600_000).toISOString()
    await api.create('appointments', { name: 'Passage', account_id: id, starts_at: at(0), ends_at: at(1) })
  }

  await page.goto('/')
  await page.getByLabel('Adresse e-mail').fill(people.camille)
  await page.getByLabel('Mot de passe', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: /^Acme Chauffage(?!.*recette)/ }).click()

  await menu(page).getByRole('link', { name: 'Tiers' }).click()
  await lostFromSight(page)
  await page.keyboard.press('/')
  await page.keyboard.type(word)
  await expect(rows(page)).toHaveText([lost])
  const list = page.url()

  await rows(page).first().click()
  await expect(page.getByRole('heading', { level: 1, name: lost })).toBeVisible()
  await page.getByRole('tab', { name: 'Rendez-vous' }).click()
  await page.getByRole('link', { name: 'Créer : Rendez-vous' }).click()
  const visit = unique('Visite')
  const { tuesday, thursday } = nextWeek()
  await input(page, 'name').fill(visit)
  await expect(input(page, 'account')).toHaveValue(lost)
  await type(page, 'starts_at', tuesday, '09:00')
  await type(page, 'ends_at', tuesday, '10:00')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('heading', { level: 1, name: visit })).toBeVisible()

  await menu(page).getByRole('link', { name: 'Rendez-vous' }).click()
  await page.getByRole('navigation', { name: 'Vues' }).getByRole('link', { name: 'Agenda' }).click()
  await page.getByRole('button', { name: 'Après' }).click()
  const planned = page.getByRole('link', { name: new RegExp(`^${visit}`) })
  await expect(planned).toHaveAccessibleName(/mar\. \d+, 09:00 – 10:00/)
  const box = await planned.boundingBox()
  const target = await page.locator(`[data-drop="${thursday}"]`).boundingBox()
  if (!box || !target) throw new Error('the week is not drawn')
  await page.mouse.move(box.x + 12, box.y + 8)
  await page.mouse.down()
  await page.mouse.move(target.x + 30, box.y + 8 + 96, { steps: 10 })
  await page.mouse.up()
  await expect(planned).toHaveAccessibleName(/jeu\. \d+, 11:00 – 12:00/)
  // A little later still, without the mouse.
  await planned.focus()
  await page.keyboard.press('Shift+ArrowDown')
  await expect(planned).toHaveAccessibleName(/jeu\. \d+, 11:15 – 12:15/)

  await planned.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: visit })).toBeVisible()
  await field(page, 'account').getByRole('link', { name: lost }).click()
  await expect(page.getByRole('heading', { level: 1, name: lost })).toBeVisible()
  const coming = page.getByRole('list', { name: 'À venir' })
  await expect(coming.getByRole('link', { name: visit })).toBeVisible()
  await expect(coming.locator('time')).toHaveAttribute('dateTime', `${thursday}T10:15:00Z`)

  // The visit is still to come: the customer is on the list as before.
  await page.goto(list)
  await expect(rows(page)).toHaveText([lost])
  await page.getByRole('button', { name: 'Exporter', exact: true }).click()
  const given = page.waitForEvent('download')
  await page.getByRole('dialog', { name: 'Exporter' }).getByRole('button', { name: 'Exporter' }).click()
  const download = await given
  expect(download.suggestedFilename()).toMatch(/^Tiers \d{4}-\d{2}-\d{2}\.xlsx$/)
  const [head, ...exported] = await readSheet(await download.path())
  const column = (name: string) => head?.indexOf(name) ?? -1
  expect(exported).toHaveLength(1)
  expect(exported[0]?.[column('Raison sociale')]).toBe(lost)
  expect(exported[0]?.[column('Ville')]).toBe('Strasbourg')
})
