import { readFile } from 'node:fs/promises'
import { readSheet } from 'read-excel-file/node'
import { env, expect, openList, test, unique } from './base'

/** What the person is given when they export. */
async function exported(page: import('@playwright/test').Page, choose: () => Promise<void>) {
  await page.getByRole('button', { name: 'Exporter', exact: true }).click()
  await choose()
  const given = page.waitForEvent('download')
  await page.getByRole('dialog', { name: 'Exporter' }).getByRole('button', { name: 'Exporter' }).click()
  const download = await given
  return { name: download.suggestedFilename(), path: await download.path() }
}

test('a list is taken along as a spreadsheet that a reader opens, as it is filtered, sorted and arranged', async ({
  page,
  api,
}) => {
  const word = unique('Sanitaire')
  for (const [name, city] of [
    ['Alpha', 'Strasbourg'],
    ['Gamma', 'Strasbourg'],
    ['Beta', 'Metz'],
  ] as const)
    await api.create('accounts', { name: `${word} ${name}`, main_address: { city, country: 'FR' }, credit_limit: 1500 })
  const f = encodeURIComponent(JSON.stringify([{ p: 'main_address.city', v: { o: 'equals', v: 'Strasbourg' } }]))
  const cols = 'name,kind,main_address.city,owner,credit_limit'
  await openList(page, 'accounts', `?q=${encodeURIComponent(word)}&f=${f}&sort=-name&cols=${cols}`)
  const { name, path } = await exported(page, async () => {})
  expect(name).toMatch(/^Tiers \d{4}-\d{2}-\d{2}\.xlsx$/)
  const [head, ...rows] = await readSheet(path)
  expect(head?.slice(0, 4)).toEqual(['Raison sociale', 'Type', 'Ville', 'Responsable'])
  expect(rows).toEqual([
    [`${word} Gamma`, 'Prospect', 'Strasbourg', 'Ada Lenoir', 1500],
    [`${word} Alpha`, 'Prospect', 'Strasbourg', 'Ada Lenoir', 1500],
  ])
  await expect(page.getByText('2 fiches exportées')).toBeVisible()

  // Whoever answers for personal data is told who took what along.
  await page.goto(`/admin/${env}/protection`)
  const taken = page.getByRole('region', { name: 'Listes emportées' }).getByRole('listitem').first()
  await expect(taken).toContainText('Ada Lenoir a emporté 2 fiches : Tiers')
  await expect(taken).toContainText('XLSX · une partie de la liste')
})

test('a list is taken along as CSV for an import, and says how many records went', async ({ page, api }) => {
  const word = unique('Plomberie')
  await api.create('accounts', { name: `${word}; "A"` })
  await openList(page, 'accounts', `?q=${encodeURIComponent(word)}&cols=name,kind`)
  const { name, path } = await exported(page, async () => {
    await page.getByText('CSV', { exact: true }).click()
    await page.getByRole('radio', { name: 'À réimporter' }).check()
  })
  expect(name).toMatch(/\.csv$/)
  expect(await readFile(path, 'utf8')).toBe(`\ufeffname;kind\r\n"${word}; ""A""";prospect\r\n`)
  await expect(page.getByText('1 fiche exportée')).toBeVisible()
})

test('whoever only reads may take a list along', async ({ as }) => {
  const { page } = await as('theo')
  await openList(page, 'agencies')
  const { path } = await exported(page, async () => {})
  const rows = await readSheet(path)
  expect(rows.length).toBeGreaterThan(1)
})
