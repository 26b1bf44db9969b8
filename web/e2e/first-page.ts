import type { APIRequestContext } from '@playwright/test'
import { env, expect, openList, test } from './base'
import { clickToPaint, listShown, told } from './paint'

/** The first page of a list of 100 000 rows, from the click to what is painted, on the server that the run starts: `npm run bench`. */
const many = 100_000
/** Records of one request. */
const group = 10_000
const times = 7

/** Rows of accounts: those of the list that is left do not count. */
const accountsShown = `${listShown} a[href^="/e/${env}/accounts/"]`

const name = (number: number) => `Grand ${String(number).padStart(6, '0')}`

/** Makes accounts from that number on, all or none. */
async function makeGroup(request: APIRequestContext, csrf: string, from: number): Promise<void> {
  const requests = Array.from({ length: group }, (_, at) => ({
    id: String(at),
    atomicityGroup: 'all',
    method: 'POST',
    url: 'accounts',
    body: { name: name(from + at) },
    headers: { Prefer: 'return=minimal' },
  }))
  const answer = await request.post(`/data/${env}/$batch`, {
    data: { requests },
    headers: { 'X-CSRF-Token': csrf },
    timeout: 120_000,
  })
  expect(answer.status(), await answer.text()).toBe(200)
  const { responses } = (await answer.json()) as { responses: { status: number }[] }
  expect(responses.filter(({ status }) => status >= 300)).toEqual([])
}

test('first page of the list', async ({ page }) => {
  test.setTimeout(600_000)
  const { csrf } = (await (await page.request.get('/session')).json()) as { csrf: string }
  for (let from = 0; from < many; from += group) await makeGroup(page.request, csrf, from)
  await openList(page, 'contacts')
  const taken: number[] = []
  for (let time = 0; time < times; time += 1) {
    // A page of its own each time, so that nothing of the list is remembered.
    await page.goto(`/e/${env}/contacts`)
    await expect(page.locator(listShown).first()).toBeVisible()
    await page.waitForLoadState('networkidle')
    taken.push(await clickToPaint(page, `a[href="/e/${env}/accounts"]`, accountsShown))
    await expect(page).toHaveURL(new RegExp(`/e/${env}/accounts`))
  }
  told('first page of the list of 100 000 rows, from click to painted', taken)
})
