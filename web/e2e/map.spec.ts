import type { Page } from '@playwright/test'
import { readSheet } from 'read-excel-file/node'
import { expectAccessible } from './axe'
import { type Api, env, expect, rows, test, unique } from './base'

const at = (latitude: number, longitude: number) => ({ type: 'Point', coordinates: [longitude, latitude] })

/** Accounts in Brest, in Quimper (53 km away) and nowhere. */
async function inBrittany(api: Api): Promise<string> {
  const word = unique('Chaudronnerie')
  await api.create('accounts', { name: `${word} Brest`, main_point: at(48.39, -4.486) })
  await api.create('accounts', { name: `${word} Recouvrance`, main_point: at(48.386, -4.5) })
  await api.create('accounts', { name: `${word} Quimper`, main_point: at(47.996, -4.097) })
  await api.create('accounts', { name: `${word} Ailleurs` })
  return word
}

const places = (page: Page) => page.getByRole('list', { name: 'Fiches en vue' }).getByRole('link')

async function openMap(page: Page, word: string, state: Record<string, string> = {}): Promise<void> {
  await page.goto(
    `/e/${env}/accounts?view=map&q=${encodeURIComponent(word)}&at=${encodeURIComponent(JSON.stringify(state))}`,
  )
  await places(page).first().waitFor()
}

test('a map shows all there is, and its list follows what is in sight', async ({ page, api }) => {
  const word = await inBrittany(api)
  await openMap(page, word)
  await expect(places(page)).toHaveCount(3)
  await expect(page.getByText('1 sans position')).toBeVisible()
  await openMap(page, word, { sight: '48.388,-4.49,13' })
  await expect(places(page)).toHaveCount(2)
  await page.getByRole('button', { name: 'Plus loin' }).click()
  for (let step = 0; step < 4; step += 1) await page.getByRole('button', { name: 'Plus loin' }).click()
  await expect(places(page)).toHaveCount(3)
  await expect(page).toHaveURL(/sight/)
})

test('a circle drawn by the keyboard alone is a condition: of the list, its export and what is kept', async ({
  page,
  api,
}) => {
  const word = await inBrittany(api)
  await openMap(page, word, { sight: '48.39,-4.486,9' })
  await expect(places(page)).toHaveCount(3)
  await page.getByRole('button', { name: 'Dans un rayon' }).press('Enter')
  const km = page.getByRole('textbox', { name: 'Rayon en kilomètres' })
  await km.fill('10')
  await expect(places(page)).toHaveText([`${word} Brest`, `${word} Recouvrance`])
  await km.fill('60')
  await expect(places(page)).toHaveCount(3)
  await expect(page.getByRole('list', { name: 'Fiches en vue' })).toContainText('52 km')
  await page.reload()
  await expect(km).toHaveValue('60 km')
  // The same in the list: a chip says it, and the export obeys.
  await km.fill('10')
  await expect(places(page)).toHaveCount(2)
  await page.getByRole('link', { name: 'Liste' }).press('Enter')
  await expect(rows(page)).toHaveCount(2)
  const chip = page.getByRole('button', { name: /Position.* à moins de 10 km de Brest/ })
  await expect(chip).toBeVisible()
  const where = new URL(page.url()).searchParams.get('f')
  expect(where).toContain('within')
  await page.reload()
  await expect(rows(page)).toHaveCount(2)
  await page.getByRole('button', { name: 'Exporter', exact: true }).press('Enter')
  const given = page.waitForEvent('download')
  await page.getByRole('dialog', { name: 'Exporter' }).getByRole('button', { name: 'Exporter' }).press('Enter')
  const [, ...exported] = await readSheet(await (await given).path())
  expect(exported).toHaveLength(2)
  // Its place and its radius are changed where any filter is.
  await chip.press('Enter')
  const editor = page.getByRole('dialog')
  await editor.getByRole('textbox', { name: 'Autour de' }).fill('quimp')
  await page.keyboard.press('Enter')
  await editor.getByRole('button', { name: 'Appliquer' }).press('Enter')
  await expect(page.getByRole('button', { name: /à moins de 10 km de Quimper/ })).toBeVisible()
  await expect(rows(page)).toHaveText([new RegExp(`${word} Quimper`)])
  await page.getByRole('button', { name: /Retirer le filtre/ }).press('Enter')
  await expect(rows(page)).toHaveCount(4)
})

test('neighbours are one mark that comes apart when one goes nearer', async ({ page, api }) => {
  const word = await inBrittany(api)
  await openMap(page, word, { sight: '48.2,-4.3,8' })
  const map = page.getByRole('application')
  await expect(map.getByText('2', { exact: true })).toBeVisible()
  await map.getByText('2', { exact: true }).click()
  await expect(map.getByTitle(`${word} Brest`)).toBeVisible()
  await map.getByTitle(`${word} Brest`).click()
  await expect(page.locator('li[data-chosen]')).toContainText(`${word} Brest`)
})

test('nothing is asked of another host', async ({ page, api }) => {
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).origin))
  const word = await inBrittany(api)
  await openMap(page, word)
  await expect(page.getByText('Brest', { exact: true })).toBeVisible()
  expect([...new Set(asked)]).toEqual([new URL(page.url()).origin])
})

for (const width of [1440, 390]) {
  test(`the map is accessible at ${width} pixels`, async ({ page, api }) => {
    await page.setViewportSize({ width, height: 844 })
    const word = await inBrittany(api)
    await openMap(page, word)
    await expectAccessible(page)
  })
}
