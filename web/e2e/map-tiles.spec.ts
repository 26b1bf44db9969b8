import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type APIRequestContext, request } from '@playwright/test'
import { expect, nobody, test } from './base'
import { password } from './people'

/** Not that of the other tests: they expect maps that ask nobody for anything. */
const environment = 'acme-test'

/** The smallest picture there is. */
const tile = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** A tile server, with the tiles that it was asked for. */
async function tileServer(): Promise<{ server: Server; origin: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((incoming, answer) => {
    asked.push(incoming.url ?? '')
    answer.writeHead(200, { 'Content-Type': 'image/png', 'Cross-Origin-Resource-Policy': 'cross-origin' }).end(tile)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

/** Says, as who runs the platform, where the maps of the environment take their tiles from. */
async function setTiles(operator: APIRequestContext, values: Record<string, unknown>): Promise<void> {
  const { csrf } = (await (await operator.get('/session')).json()) as { csrf: string }
  const found = await operator.get(`/data/platform/environments?$filter=name eq '${environment}'`)
  const { value } = (await found.json()) as { value: { id: string }[] }
  const answer = await operator.patch(`/data/platform/environments/${value[0]?.id}`, {
    data: values,
    headers: { 'X-CSRF-Token': csrf },
  })
  expect(answer.ok(), await answer.text()).toBe(true)
}

test('maps are drawn on the tiles of the server that the environment names, and of no other', async ({
  browser,
  baseURL,
}) => {
  const operator = await request.newContext({
    baseURL,
    storageState: nobody,
    extraHTTPHeaders: { Origin: baseURL ?? '' },
  })
  const signedIn = await operator.post('/session', { data: { email: 'camille@tisserand.example', password } })
  expect(signedIn.ok()).toBe(true)
  const { server, origin, asked } = await tileServer()
  const context = await browser.newContext({ baseURL, storageState: await operator.storageState() })
  const page = await context.newPage()
  const policy = async () => (await page.goto(`/e/${environment}/sites?view=map`))?.headers()['content-security-policy']
  try {
    expect(await policy()).toMatch(/img-src 'self' data: blob:;/)
    await expect(page.getByText(/Natural Earth/)).toBeVisible()
    expect(asked).toEqual([])

    await setTiles(operator, { map_tiles: `${origin}/{z}/{x}/{y}.png`, map_attribution: '© <b>Nos</b> tuiles' })
    expect(await policy()).toMatch(new RegExp(`img-src 'self' data: blob: ${origin};`))
    await expect(page.locator('img.leaflet-tile-loaded').first()).toBeVisible()
    // In words, whatever it is made of.
    await expect(page.getByText('© <b>Nos</b> tuiles')).toBeVisible()
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.every((path) => /^\/\d+\/\d+\/\d+\.png$/.test(path))).toBe(true)

    // Come from another environment, whose pages do not let them in.
    await page.goto('/e/acme/accounts')
    // At once: what follows reads the page anew.
    await page.evaluate((path) => {
      window.history.pushState({}, '', path)
      window.dispatchEvent(new PopStateEvent('popstate'))
    }, `/e/${environment}/sites?view=map`)
    await expect(page.locator('img.leaflet-tile-loaded').first()).toBeVisible()

    // Whoever may not enter learns nothing of it.
    const stranger = await request.newContext({ baseURL, storageState: nobody })
    const seen = await stranger.get(`/e/${environment}/sites`)
    expect(seen.headers()['content-security-policy']).not.toContain(origin)
    await stranger.dispose()
  } finally {
    await setTiles(operator, { map_tiles: null, map_attribution: null })
    await context.close()
    await operator.dispose()
    server.close()
  }
})
