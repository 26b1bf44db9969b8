import { join } from 'node:path'
import { createServer, type ViteDevServer } from 'vite'
import { expectAccessible } from './axe'
import { expect, test } from './base'

test('the page of the design system is in no build', async ({ page }) => {
  await page.goto('/ui')
  await expect(page.getByRole('heading', { name: 'Cette page n’existe pas' })).toBeVisible()
})

test.describe('while developing', () => {
  test.describe.configure({ timeout: 120_000 })
  let server: ViteDevServer

  test.beforeAll(async () => {
    const root = join(import.meta.dirname, '..')
    server = await createServer({ root, logLevel: 'error', server: { port: 0, host: '127.0.0.1', hmr: false } })
    await server.listen()
  })
  test.afterAll(() => server.close())

  test('everything screens are made of is on one page, in both themes', async ({ page }) => {
    const address = server.resolvedUrls?.local[0]
    if (!address) throw new Error('the development server has no address')
    await page.goto(`${address}ui`)
    // Nothing is compiled yet: the first page takes its time.
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible({ timeout: 60_000 })
    for (const part of ['Colours', 'Type', 'Spacing', 'Density', 'Buttons', 'Fields', 'Icons', 'Waiting'])
      await expect(page.getByRole('region', { name: part, exact: true })).toBeVisible()
    const colours = page.getByRole('region', { name: 'Colours' })
    await expect(colours.getByRole('listitem').filter({ hasText: /^ink-2/ })).toContainText('6.4 · 6.0')
    await expectAccessible(page)
    await expect(colours.getByRole('listitem').filter({ hasText: /^ink-2/ })).toContainText('7.2 · 8.1')
    await page.getByRole('button', { name: 'Delete, with undo' }).click()
    await page.getByRole('button', { name: 'Undo', exact: true }).click()
    await expect(page.getByText('Back again')).toBeVisible()
  })
})
