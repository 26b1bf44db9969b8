import type { Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { env, expect, field, openList, rows, speak, test } from './base'
import { people } from './people'

/** The person of that name, on the page where an administrator reads what they may do. */
async function openRights(page: Page, name: string, [people, see]: [string, string]): Promise<void> {
  await page.goto(`/admin/${env}/people`)
  await page.getByRole('button', { name: `${people} ${name}` }).click()
  await page.getByRole('menuitem', { name: see }).click()
}

test('an administrator looks as somebody of one agency, can change nothing, goes back, and the journal says so', async ({
  api,
  anew,
  as,
}) => {
  await api.give(people.manon, ['assistant', 'own_agency'])
  const { api: hers } = await as('manon')
  const seen = Number(await hers.text('accounts/$count'))
  const all = Number(await api.text('accounts/$count'))
  expect(seen).toBeGreaterThan(0)
  expect(seen).toBeLessThan(all)

  const { page } = await anew('ada')
  await openRights(page, 'Manon Lutz', ['Actions pour', 'Ce que cette personne peut faire'])
  await page.getByRole('button', { name: 'Voir comme Manon Lutz' }).click()
  const band = page.getByRole('region', { name: 'Vue comme quelqu’un d’autre' })
  await expect(band).toContainText('Vous regardez comme Manon Lutz.')
  await expect(page.getByRole('button', { name: /^Mon compte, / })).toHaveAccessibleName(/Manon Lutz/)

  await openList(page, 'accounts')
  await expect(band).toBeVisible()
  await expect(page.getByText(`${seen} fiches`).first()).toBeVisible()
  await page.goto(`/admin/${env}/people`)
  await expect(page.getByText('Réservé aux administrateurs de cet environnement.')).toBeVisible()

  await page.getByRole('button', { name: 'Notifications' }).click()
  await expect(page.getByText('Ce qui n’est qu’à Manon Lutz ne se voit pas')).toBeVisible()
  await page.keyboard.press('Escape')

  // What she could change is refused, and what was typed is not lost by it.
  await openList(page, 'accounts')
  await rows(page).first().click()
  await page.getByRole('button', { name: 'Modifier', exact: true }).click()
  await field(page, 'name').getByRole('textbox').fill('Autrement')
  await page.getByRole('button', { name: 'Enregistrer' }).click()
  await expect(page.getByText('Vous regardez comme Manon Lutz : rien ne peut être changé').first()).toBeVisible()
  await expect(field(page, 'name').getByRole('textbox')).toHaveValue('Autrement')

  page.once('dialog', (dialog) => void dialog.accept())
  await band.getByRole('button', { name: 'Revenir à moi-même' }).click()
  await expect(page.getByRole('heading', { name: 'Personnes et accès' })).toBeVisible()
  await expect(band).toHaveCount(0)
  await page.goto(`/admin/${env}/audit`)
  const journal = page.getByRole('list', { name: 'Journal' })
  await expect(journal).toContainText('Ada Lenoir a commencé à regarder comme Manon Lutz')
  await expect(journal).toContainText('Ada Lenoir a cessé de regarder comme Manon Lutz')

  // She can read it too.
  const { page: herPage } = await as('manon')
  await herPage.goto(`/me/${env}/sessions`)
  await expect(herPage.getByRole('list', { name: 'Qui a regardé comme vous' })).toContainText('Ada Lenoir')
})

test('a page that was opened as somebody else begins anew once one went back in another tab', async ({ anew }) => {
  const { page } = await anew('ada')
  await openRights(page, 'Théo Klein', ['Actions pour', 'Ce que cette personne peut faire'])
  await page.getByRole('button', { name: 'Voir comme Théo Klein' }).click()
  const band = page.getByRole('region', { name: 'Vue comme quelqu’un d’autre' })
  await expect(band).toBeVisible()
  const other = await page.context().newPage()
  await other.goto(`/e/${env}/accounts`)
  await other.getByRole('button', { name: 'Revenir à moi-même' }).click()
  await expect(other.getByRole('heading', { name: 'Personnes et accès' })).toBeVisible()
  await page.getByRole('link', { name: 'Contacts' }).first().click()
  await expect(band).toHaveCount(0)
  await expect(page.getByRole('button', { name: /Ada Lenoir/ })).toBeVisible()
})

test('on a phone and in English, the band says as whom one looks and leads back', async ({ anew }) => {
  const { page } = await anew('ada')
  await speak(page, 'en')
  await page.setViewportSize({ width: 390, height: 844 })
  await openRights(page, 'Théo Klein', ['Actions for', 'What this person may do'])
  await page.getByRole('button', { name: 'View as Théo Klein' }).click()
  const band = page.getByRole('region', { name: 'View as somebody else' })
  await expect(band).toContainText('You are looking as Théo Klein. Nothing can be changed.')
  await expectAccessible(page)
  await band.getByRole('button', { name: 'Back to myself' }).click()
  await expect(page.getByRole('heading', { name: 'People and access' })).toBeVisible()
})
