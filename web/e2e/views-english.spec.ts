import { env, expect, speak, test } from './base'

/** Each kind of view once in English, and once as wide as a phone. */

const kinds = [
  ['tasks', 'board', 'Board'],
  ['appointments', 'calendar', 'Calendar'],
  ['appointments', 'timeline', 'Timeline'],
  ['sites', 'map', 'Map'],
  ['structures', 'tree', 'Tree'],
  ['sites', 'gallery', 'Gallery'],
  ['accounts', 'pivot', 'Pivot'],
  ['tasks', 'chart', 'Charts'],
] as const

test('every kind of view speaks English', async ({ page }) => {
  await speak(page, 'en')
  for (const [collection, view, name] of kinds) {
    await page.goto(`/e/${env}/${collection}?view=${view}`)
    await expect(page.getByRole('region', { name, exact: true }).first()).toBeVisible()
    await expect(page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'List' })).toBeVisible()
    // Words that only French has here.
    await expect(page.getByText(/Aujourd’hui|Sans valeur|fiches en vue|Voir les chiffres|Rien dans/)).toHaveCount(0)
  }
})

test('no kind of view is wider than a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  for (const [collection, view] of kinds) {
    await page.goto(`/e/${env}/${collection}?view=${view}`)
    await expect(page.getByRole('navigation', { name: 'Vues' })).toBeVisible()
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(beyond, view).toBeLessThanOrEqual(0)
  }
})
