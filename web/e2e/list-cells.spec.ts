import { expectNoFault } from './axe'
import { expect, openList, rows, test, unique } from './base'

test('a value is changed where it stands, by keyboard, and taken back', async ({ page, api }) => {
  const word = unique('Cellule')
  const task = await api.create('tasks', { name: `${word} A`, priority: 'low', due_on: '2026-01-02' })
  await openList(page, 'tasks', `?q=${encodeURIComponent(word)}&cols=name,priority,due_on`)
  await expect(rows(page)).toHaveCount(1)
  await page.keyboard.press('j')
  await page.keyboard.press('F2')
  const name = page.getByRole('textbox', { name: 'Titre' })
  await expect(name).toBeFocused()
  await name.fill(`${word} B`)
  await page.keyboard.press('Tab')
  const priority = page.getByRole('combobox', { name: 'Priorité' })
  await expect(priority).toBeFocused()
  await priority.press('ArrowDown')
  await page.getByRole('option', { name: 'Haute' }).click()
  await page.keyboard.press('Tab')
  const due = page.getByRole('textbox', { name: 'Échéance' })
  await due.fill('3/1/2026')
  await page.keyboard.press('Enter')
  await expect(rows(page)).toHaveText([`${word} B`])
  await expect.poll(async () => (await api.read('tasks', task.id))?.due_on).toBe('2026-01-03')
  const kept = await api.read('tasks', task.id)
  expect([kept?.name, kept?.priority]).toEqual([`${word} B`, 'high'])
  await page.getByRole('button', { name: 'Rétablir' }).last().click()
  await expect.poll(async () => (await api.read('tasks', task.id))?.due_on).toBe('2026-01-02')
  // Escape keeps what stood there.
  await page.getByRole('button', { name: `Modifier Échéance de ${word} B` }).click({ force: true })
  await due.fill('4/1/2026')
  await page.keyboard.press('Escape')
  await expect(due).toHaveCount(0)
  expect((await api.read('tasks', task.id))?.due_on).toBe('2026-01-02')
})

test('a value that somebody changed meanwhile is not written over', async ({ page, api }) => {
  const word = unique('Version')
  const task = await api.create('tasks', { name: `${word} A` })
  await openList(page, 'tasks', `?q=${encodeURIComponent(word)}&cols=name,priority`)
  await page.keyboard.press('j')
  await page.keyboard.press('F2')
  const name = page.getByRole('textbox', { name: 'Titre' })
  await name.fill(`${word} B`)
  // The list hears of it, but what is being typed was begun before.
  await page.route('**/tasks/**', async (route) => {
    if (route.request().method() === 'PATCH') await api.change('tasks', task.id, { name: `${word} C` })
    await route.fallback()
  })
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toBeVisible()
  expect((await api.read('tasks', task.id))?.name).toBe(`${word} C`)
})

test('a record is looked at beside its list, and the next one with a key', async ({ page, api }) => {
  const word = unique('Aperçu')
  for (const name of ['A', 'B']) await api.create('accounts', { name: `${word} ${name}`, phone: '+33353012345' })
  await openList(page, 'accounts', `?q=${encodeURIComponent(word)}`)
  await expect(rows(page)).toHaveCount(2)
  await page.keyboard.press('j')
  await page.keyboard.press(' ')
  const panel = page.getByRole('complementary', { name: 'Aperçu' })
  await expect(panel.getByRole('heading', { name: `${word} A` })).toBeVisible()
  await expect(panel).toContainText('Coordonnées')
  await page.keyboard.press('j')
  await expect(panel.getByRole('heading', { name: `${word} B` })).toBeVisible()
  await page.reload()
  await expect(panel.getByRole('heading', { name: `${word} B` })).toBeVisible()
  await expectNoFault(page)
  await panel.getByRole('button', { name: 'Fermer l’aperçu' }).click()
  await expect(panel).toHaveCount(0)
})

test('rows have the colour that the dictionary gives them', async ({ page, api }) => {
  const word = unique('Retard')
  await api.create('tasks', { name: `${word} A`, due_on: '2020-01-01' })
  await api.create('tasks', { name: `${word} B`, due_on: '2999-01-01' })
  await openList(page, 'tasks', `?q=${encodeURIComponent(word)}&sort=name`)
  const row = (name: string) => page.locator('[data-id]').filter({ hasText: `${word} ${name}` })
  await expect(row('A')).toHaveAttribute('data-colour', 'madder')
  await expect(row('A')).toContainText('En retard')
  await expect(row('B')).not.toHaveAttribute('data-colour', /./)
})

test('a record opened from a list sorted by several columns finds its neighbours', async ({ page, api }) => {
  const word = unique('Voisin')
  for (const [name, city] of [
    ['A', 'Metz'],
    ['B', 'Nancy'],
    ['C', 'Metz'],
  ] as const)
    await api.create('accounts', { name: `${word} ${name}`, main_address: { city, country: 'FR' } })
  await openList(page, 'accounts', `?q=${encodeURIComponent(word)}&sort=main_address.city,-name`)
  await rows(page).first().click()
  await expect(page.getByRole('heading', { level: 1, name: `${word} C` })).toBeVisible()
  await page.getByRole('button', { name: 'Fiche suivante' }).click()
  await expect(page.getByRole('heading', { level: 1, name: `${word} A` })).toBeVisible()
})
