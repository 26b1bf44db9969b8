import type { Page } from '@playwright/test'
import { env, expect, field, openRecord, test, unique } from './base'
import { password, people } from './people'

/** Whoever is mentioned, or given something by another, is told: live, once, with the way there. */

function bell(page: Page) {
  return page.getByRole('button', { name: /^Notifications/ })
}

function told(page: Page) {
  return page.getByRole('list', { name: 'Notifications' }).getByRole('listitem')
}

test('a mention typed with @ reaches who it names, live, with the way there; by keyboard alone', async ({
  page,
  as,
  api,
}) => {
  const name = unique('Cité')
  const { id } = await api.create('accounts', { name })
  const bruno = await as('bruno')
  await bruno.page.goto(`/e/${env}/agencies`)
  await bell(bruno.page).waitFor()
  await openRecord(page, 'accounts', id)
  const note = page.getByRole('textbox', { name: 'Écrire une note…' })
  await note.focus()
  const subject = unique('Rappel')
  await page.keyboard.type(`${subject} avec @brun`)
  await expect(page.getByRole('option', { name: 'Bruno Kieffer' })).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await expect(note).toHaveValue(`${subject} avec @Bruno Kieffer `)
  await page.keyboard.type('avant lundi')
  await page.keyboard.press('Control+Enter')
  // A chip on the line of time, that leads to the person.
  const line = page.getByRole('list', { name: 'Passé' }).getByRole('listitem').first()
  await expect(line.getByRole('link', { name: '@Bruno Kieffer', exact: true })).toHaveAttribute('href', /\/users\//)
  await expect(line.getByRole('link').first()).toHaveText(`${subject} avec @Bruno Kieffer avant lundi`)
  // He is elsewhere, and sees it come.
  await expect(bell(bruno.page)).toHaveAccessibleName(/non lue/)
  await bruno.page.keyboard.press('g')
  const mine = told(bruno.page).filter({ hasText: subject })
  await expect(mine).toHaveCount(1)
  await expect(mine).toContainText('Ada Lenoir vous cite dans un événement')
  await expect(mine).toContainText('avec @Bruno Kieffer avant lundi')
  await mine.getByRole('button').first().press('Enter')
  await expect(bruno.page).toHaveURL(/\/events\//)
  await expect(field(bruno.page, 'text').getByRole('link', { name: '@Bruno Kieffer' })).toBeVisible()
  await bell(bruno.page).click()
  await expect(told(bruno.page).filter({ hasText: subject })).not.toContainText('Non lue')
  // Who wrote it was told nothing.
  await bell(page).click()
  await expect(told(page).filter({ hasText: subject })).toHaveCount(0)
})

test('a mention is edited as a name and stays a person', async ({ page, as, api }) => {
  const bruno = await as('bruno')
  const me = await (await bruno.context.request.get(`/data/${env}/$dictionary`)).json()
  const name = unique('Description')
  const mention = `[@Bruno K.](user/${me.me.id})`
  const { id } = await api.create('tasks', { name, description: `Voir ${mention}.` })
  await openRecord(page, 'tasks', id)
  // Shown by the name of today, whatever it was when it was written.
  await expect(field(page, 'description').getByRole('link', { name: '@Bruno Kieffer' })).toBeVisible()
  await page.getByRole('button', { name: 'Modifier' }).click()
  await expect(field(page, 'description').locator('textarea')).toHaveValue('Voir @Bruno K..')
  await field(page, 'description').locator('textarea').fill('Revoir @Bruno K. demain')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: 'Modifier' })).toBeVisible()
  expect((await api.read('tasks', id))?.description).toBe(`Revoir ${mention} demain`)
  await bruno.page.goto(`/e/${env}/agencies`)
  await bell(bruno.page).click()
  // Written through the API, and changed since: told once.
  await expect(told(bruno.page).filter({ hasText: name })).toHaveCount(1)
  await expect(told(bruno.page).filter({ hasText: name })).toContainText('vous cite dans une tâche')
})

test('what is given by another is told, read, read again, and all at once', async ({ as, api }) => {
  const helene = await as('helene')
  const me = await (await helene.context.request.get(`/data/${env}/$dictionary`)).json()
  await helene.page.goto(`/e/${env}/agencies`)
  await bell(helene.page).waitFor()
  const task = unique('Relancer')
  await api.create('tasks', { name: task, assignee_id: me.me.id })
  const visit = unique('Visite')
  await api.create('appointments', {
    name: visit,
    starts_at: '2027-02-01T09:00:00Z',
    ends_at: '2027-02-01T10:00:00Z',
    participants: [{ user_id: me.me.id }],
  })
  await helene.api.create('tasks', { name: unique('À moi-même') })
  await expect(bell(helene.page)).toHaveAccessibleName('Notifications, 2 non lues')
  await bell(helene.page).click()
  await expect(told(helene.page)).toHaveCount(2)
  await expect(told(helene.page).filter({ hasText: task })).toContainText('Ada Lenoir vous a confié une tâche')
  await expect(told(helene.page).filter({ hasText: visit })).toContainText('vous invite à un rendez-vous')
  await told(helene.page).filter({ hasText: task }).getByRole('button', { name: 'Marquer comme lue' }).click()
  await expect(bell(helene.page)).toHaveAccessibleName('Notifications, 1 non lue')
  await helene.page.getByText('Non lues', { exact: true }).click()
  await expect(told(helene.page)).toHaveCount(1)
  // Read on one device, read on the other.
  const phone = await as('helene')
  await phone.page.setViewportSize({ width: 390, height: 844 })
  await phone.page.goto(`/e/${env}/agencies`)
  await bell(phone.page).click()
  await phone.page.getByRole('button', { name: 'Tout marquer comme lu' }).click()
  await expect(bell(helene.page)).toHaveAccessibleName('Notifications')
  await told(phone.page).filter({ hasText: task }).getByRole('button', { name: 'Marquer comme non lue' }).click()
  await expect(bell(helene.page)).toHaveAccessibleName('Notifications, 1 non lue')
  await phone.page.getByRole('button', { name: 'Tout marquer comme lu' }).click()
  await expect(bell(phone.page)).toHaveAccessibleName('Notifications')
})

test('a person signs out elsewhere from the list of their sessions', async ({ browser, baseURL }) => {
  // Sessions of its own: those of the run are others' too.
  const desk = await browser.newContext({ baseURL: baseURL ?? '', locale: 'fr-FR', storageState: undefined })
  const phone = await browser.newContext({
    baseURL: baseURL ?? '',
    storageState: undefined,
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
  })
  for (const context of [desk, phone]) {
    const headers = { Origin: baseURL ?? '' }
    const answer = await context.request.post('/session', { data: { email: people.helene, password }, headers })
    expect(answer.ok()).toBe(true)
  }
  const page = await desk.newPage()
  await page.goto(`/me/${env}/sessions`)
  const sessions = page.getByRole('list', { name: 'Sessions' }).getByRole('listitem')
  await expect(sessions.filter({ hasText: 'cet appareil' })).toContainText('Chrome · Linux')
  const other = sessions.filter({ hasText: 'Safari · iPhone' })
  await expect(other).toContainText('sur le serveur lui-même')
  await other.getByRole('button', { name: 'Se déconnecter de Safari · iPhone' }).press('Enter')
  await expect(other).toHaveCount(0)
  expect((await phone.request.get('/session')).status()).toBe(401)
  expect((await desk.request.get('/session')).status()).toBe(200)
  await desk.close()
  await phone.close()
})
