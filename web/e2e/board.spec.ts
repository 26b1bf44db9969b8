import type { Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { type Api, env, expect, test, unique } from './base'

const column = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const card = (page: Page, title: string) => page.getByRole('link', { name: title, exact: true })

async function tasks(api: Api, titles: string[]): Promise<{ word: string; ids: string[] }> {
  const word = unique('Ramonage')
  const ids: string[] = []
  for (const title of titles) ids.push((await api.create('tasks', { name: `${word} ${title}` })).id)
  return { word, ids }
}

async function openBoard(page: Page, word: string): Promise<void> {
  await page.goto(`/e/${env}/tasks?view=board&q=${encodeURIComponent(word)}`)
  await column(page, 'À faire').getByRole('link').first().waitFor()
}

test('the switch shows the board of what is searched, and the address keeps it', async ({ page, api }) => {
  const { word } = await tasks(api, ['A', 'B'])
  await page.goto(`/e/${env}/tasks?q=${encodeURIComponent(word)}`)
  await page.getByRole('navigation', { name: 'Vues' }).getByRole('link', { name: 'Tableau' }).click()
  await expect(column(page, 'À faire').getByRole('link')).toHaveCount(2)
  await page.reload()
  await expect(column(page, 'À faire').getByRole('link')).toHaveCount(2)
  await page.getByRole('navigation', { name: 'Vues' }).getByRole('link', { name: 'Liste' }).click()
  await expect(page.getByRole('table').getByRole('link', { name: new RegExp(word) })).toHaveCount(2)
})

test('a card is dragged to another column, along its transition, and taken back', async ({ page, api }) => {
  const { word, ids } = await tasks(api, ['A', 'B'])
  await openBoard(page, word)
  await card(page, `${word} A`).hover()
  await page.mouse.down()
  const target = await column(page, 'En cours').boundingBox()
  if (!target) throw new Error('the column is not there')
  await page.mouse.move(target.x + 80, target.y + 120, { steps: 8 })
  await page.mouse.up()
  await expect(column(page, 'En cours').getByRole('link')).toHaveText([`${word} A`])
  await expect(column(page, 'À faire').getByRole('link')).toHaveText([`${word} B`])
  await expect.poll(async () => (await api.read('tasks', ids[0] as string))?.status).toBe('in_progress')
  await page.getByRole('button', { name: 'Rétablir', exact: true }).click()
  await expect(column(page, 'À faire').getByRole('link')).toHaveCount(2)
  await expect.poll(async () => (await api.read('tasks', ids[0] as string))?.status).toBe('to_do')
})

test('a card is moved by the keyboard alone, and a move that no transition allows says why', async ({ page, api }) => {
  const { word, ids } = await tasks(api, ['A'])
  await openBoard(page, word)
  await page.getByRole('button', { name: 'Déplier Annulée' }).press('Enter')
  await card(page, `${word} A`).focus()
  await page.keyboard.press('Shift+ArrowRight')
  await expect(column(page, 'En cours').getByRole('link')).toHaveText([`${word} A`])
  await page.getByRole('button', { name: `Déplacer ${word} A` }).press('Enter')
  await page.getByRole('menuitem', { name: 'Annulée' }).press('Enter')
  await expect(column(page, 'Annulée').getByRole('link')).toHaveText([`${word} A`])
  await expect.poll(async () => (await api.read('tasks', ids[0] as string))?.status).toBe('cancelled')
  await page.getByRole('button', { name: 'Déplier Terminée' }).press('Enter')
  await card(page, `${word} A`).focus()
  await page.keyboard.press('Shift+ArrowLeft')
  await expect(page.getByRole('alert')).toContainText('ne peut pas passer de « Annulée » à « Terminée »')
  await expect(page.getByRole('alert')).toContainText('À faire')
  await expect(column(page, 'Annulée').getByRole('link')).toHaveCount(1)
})

test('what somebody else moves goes to its column before one’s eyes, with who', async ({ page, api, as }) => {
  const { word, ids } = await tasks(api, ['A'])
  await openBoard(page, word)
  const bruno = await as('bruno')
  await bruno.api.move('tasks', ids[0] as string, 'start')
  await expect(column(page, 'En cours').getByRole('link')).toHaveText([`${word} A`])
  await expect(column(page, 'En cours').getByText('Bruno Kieffer')).toBeVisible()
})

test('a column says how many cards it holds and what they add up to', async ({ page, api }) => {
  const word = unique('Ramonage')
  for (let made = 0; made < 35; made += 1) {
    await api.create('tasks', { name: `${word} ${made}`, estimated: 'PT30M' })
  }
  await openBoard(page, word)
  await expect(column(page, 'À faire')).toContainText('35')
  await expect(column(page, 'À faire')).toContainText('17 h 30')
  await column(page, 'À faire').getByRole('button', { name: '5 autres' }).press('Enter')
  await expect(column(page, 'À faire').getByRole('link')).toHaveCount(35)
})

test('who may only read has a board that nothing moves on', async ({ as, api }) => {
  const { word } = await tasks(api, ['A'])
  const { page } = await as('theo')
  await openBoard(page, word)
  await expect(page.getByRole('button', { name: /^Déplacer/ })).toHaveCount(0)
})

for (const width of [1440, 390]) {
  test(`the board is accessible at ${width} pixels`, async ({ page, api }) => {
    await page.setViewportSize({ width, height: 844 })
    const { word } = await tasks(api, ['A', 'B'])
    await openBoard(page, word)
    await expectAccessible(page)
  })
}
