import type { Locator, Page } from '@playwright/test'
import { type Api, env, expect, rows, test, unique } from './base'

/** A figure leads to the list of exactly the records that it counts. */

/** Follows a figure by the keyboard, and expects the list to have as many records as it says. */
async function follow(page: Page, link: Locator, count: number): Promise<void> {
  await link.focus()
  await page.keyboard.press('Enter')
  await expect(page).not.toHaveURL(/view=|board=/)
  await expect(page.getByText(new RegExp(`^${count} fiches?$`))).toBeVisible()
  if (count < 20) await expect(rows(page)).toHaveCount(count)
}

async function openView(page: Page, collection: string, view: string, word: string): Promise<void> {
  await page.goto(`/e/${env}/${collection}?view=${view}&q=${encodeURIComponent(word)}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
}

/** Four tasks of Ada, two of them due in March 2027 and one in April; one is done. */
async function tasks(api: Api): Promise<string> {
  const word = unique('Relance')
  const of = (name: string, values: object) => api.create('tasks', { name: `${word} ${name}`, ...values })
  await of('A', { kind: 'call', due_on: '2027-03-01', priority: 'high', spent: 'PT1H' })
  await of('B', { kind: 'call', due_on: '2027-03-31', priority: 'normal', spent: 'PT30M' })
  await of('C', { kind: 'visit', due_on: '2027-04-01', priority: 'normal' })
  const { id } = await of('D', { kind: 'call' })
  await api.move('tasks', id, 'finish')
  return word
}

test('a cell of a pivot table, its totals, a month and a lack of value lead to their records', async ({
  page,
  api,
}) => {
  const word = unique('Relevé')
  const of = (kind: string, happened_at: string, values = {}) =>
    api.create('events', { subject: `${word} ${kind}`, kind, happened_at, ...values })
  await of('visit', '2026-02-28T22:59:59Z', { outcome: 'satisfied' })
  // March in Paris already.
  await of('visit', '2026-02-28T23:00:00Z')
  await of('visit', '2026-03-31T21:59:59Z')
  await of('sms', '2026-04-02T08:00:00Z')
  const open = (at: Record<string, string>) =>
    page.goto(`/e/${env}/events?view=pivot&q=${encodeURIComponent(word)}&at=${encodeURIComponent(JSON.stringify(at))}`)
  const figure = (row: RegExp, column: number) =>
    page.getByRole('row', { name: row }).getByRole('cell').nth(column).getByRole('link')
  const byMonth = { rows: 'kind', columns: 'happened_at:month' }
  for (const [at, row, column, count] of [
    [byMonth, /^Visite/, 0, 1],
    [byMonth, /^Visite/, 1, 2],
    [byMonth, /^Visite/, 3, 3],
    [byMonth, /^Total/, 2, 1],
    [byMonth, /^Total/, 3, 4],
    [{ rows: 'outcome', columns: 'none' }, /^Sans valeur/, 0, 3],
  ] as const) {
    await open(at)
    await expect(figure(row, column)).toHaveText(String(count))
    await follow(page, figure(row, column), count)
  }
  await page.goBack()
  await expect(page.getByRole('region', { name: 'Croisé' })).toBeVisible()
})

test('bars, points and slices lead to their records, with the filter that their chart has', async ({ page, api }) => {
  const word = await tasks(api)
  await openView(page, 'tasks', 'chart', word)
  const bars = page.getByRole('region', { name: 'Tâches ouvertes par personne' })
  await expect(bars.getByRole('link')).toHaveCount(2)
  // Arrows go from one to the next: the Tab key stops once.
  await bars.getByRole('link').first().focus()
  await page.keyboard.press('ArrowRight')
  await expect(bars.getByRole('link').nth(1)).toBeFocused()
  const most = bars.getByRole('link', { name: /Ada Lenoir.*2$/s })
  await follow(page, most, 2)
  await expect(page.getByRole('button', { name: 'Tâches ouvertes par personne', exact: true })).toBeVisible()
  await openView(page, 'tasks', 'chart', word)
  await page
    .getByRole('region', { name: 'Temps passé par type' })
    .getByRole('link', { name: /Appeler/ })
    .click({ position: { x: 178, y: 100 } })
  await expect(rows(page)).toHaveCount(3)
  await openView(page, 'tasks', 'chart', word)
  const behind = page.getByRole('region', { name: 'Tâches ouvertes par personne' }).first()
  await behind.getByRole('button', { name: 'Voir les chiffres' }).press('Enter')
  await follow(page, behind.getByRole('cell').getByRole('link').first(), 2)
})

test('figures and charts of a dashboard lead to their records', async ({ page, api }) => {
  await api.create('events', { subject: unique('Appel'), kind: 'call_out', happened_at: new Date().toISOString() })
  const board = () => page.goto(`/e/${env}?board=company`)
  for (const name of ['Échanges en 30 jours', 'Tâches en retard', 'Clients']) {
    await board()
    const figure = page.getByRole('region', { name, exact: true }).getByRole('paragraph').getByRole('link')
    await follow(page, figure, Number(((await figure.textContent()) ?? '').replace(/\s/g, '')))
  }
  await board()
  const bar = page.getByRole('region', { name: 'Clients par segment' }).getByRole('link', { name: /Particulier/ })
  const [, count] = ((await bar.getAttribute('aria-label')) ?? '').split('\n')
  await follow(page, bar, Number(count?.replace(/\s/g, '')))
})
