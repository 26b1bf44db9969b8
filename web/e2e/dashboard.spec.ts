import { expectNoFault } from './axe'
import { env, expect, test, unique } from './base'

/** What one sees first: figures, lists and what is planned, each from the dictionary. */

const day = 86_400_000

test('my day shows what is mine and leads to it', async ({ page, api, as }) => {
  const bruno = await as('bruno')
  const name = unique('Relancer le syndic')
  const made = await bruno.api.create('tasks', { name, due_on: '2020-01-02' })
  const visit = unique('Visite de chaufferie')
  const start = new Date(Date.now() + day)
  start.setUTCHours(10, 0, 0, 0)
  await bruno.api.create('appointments', {
    name: visit,
    starts_at: start.toISOString(),
    ends_at: new Date(start.getTime() + 3_600_000).toISOString(),
  })
  await bruno.page.goto(`/e/${env}`)
  const tasks = bruno.page.getByRole('region', { name: 'Mes tâches', exact: true })
  await expect(tasks.getByRole('link', { name })).toBeVisible()
  await expect(
    bruno.page.getByRole('region', { name: 'Mes prochains rendez-vous' }).getByRole('link', { name: visit }),
  ).toBeVisible()
  // Nobody else's.
  await page.goto(`/e/${env}`)
  await expect(page.getByRole('region', { name: 'Mes tâches', exact: true }).getByRole('table')).toBeVisible()
  await expect(page.getByRole('link', { name })).toHaveCount(0)
  // A figure leads to the list of what it counts, and follows what others do.
  const late = bruno.page.getByRole('region', { name: 'Mes tâches en retard' })
  const before = Number(await late.getByText(/^\d+$/).textContent())
  expect(before).toBeGreaterThan(0)
  await api.move('tasks', made.id, 'finish')
  await expect(late.getByText(/^\d+$/)).toHaveText(String(before - 1))
  await late.getByRole('link', { name: 'Mes tâches en retard' }).click()
  await expect(bruno.page).toHaveURL(/tasks\?.*quick=/)
  await expect(bruno.page.getByRole('button', { name: 'En retard', pressed: true })).toBeVisible()
})

test('another dashboard is chosen by its name, and the choice is in the address', async ({ page }) => {
  await page.goto(`/e/${env}`)
  await page.getByText('Pilotage', { exact: true }).click()
  await expect(page).toHaveURL(/board=company/)
  await page.reload()
  await expect(page.getByRole('region', { name: 'Clients', exact: true }).getByText(/^\d+$/)).toBeVisible()
  await expect(page.getByRole('region', { name: 'Encours clients' })).toContainText('€')
  await expect(page.getByRole('progressbar', { name: /% de l’objectif/ })).toBeVisible()
  const chart = page.getByRole('region', { name: 'Clients par segment' })
  await expect(chart.getByRole('group')).toBeVisible()
  await chart.getByRole('button', { name: 'Voir les chiffres' }).click()
  await expect(chart.getByRole('rowheader', { name: 'Particulier' })).toBeVisible()
  await expectNoFault(page)
})

test('a reader does not see the dashboard of those who administer', async ({ as }) => {
  const theo = await as('theo')
  await theo.page.goto(`/e/${env}?board=company`)
  await expect(theo.page.getByRole('region', { name: 'Mes tâches', exact: true })).toBeVisible()
  await expect(theo.page.getByText('Pilotage', { exact: true })).toHaveCount(0)
})
