import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fr } from '../src/i18n/fr'
import { Api, expect, field, input, openRecord, test, unique } from './base'
import { password, people } from './people'
import { ended, ready, serve } from './server'

/** A server of its own, since it is stopped while people work. */
test('a server that stops and starts again loses nothing of what was typed meanwhile', async ({ browser }) => {
  test.setTimeout(240_000)
  const data = await mkdtemp(join(tmpdir(), 'tisserand-restart-'))
  let server = serve(data, '127.0.0.1:0')
  try {
    const baseURL = await ready(server)
    const context = await browser.newContext({ baseURL, locale: 'fr-FR', reducedMotion: 'reduce' })
    const signedIn = await context.request.post('/session', {
      data: { email: people.ada, password },
      headers: { Origin: baseURL },
    })
    expect(signedIn.ok()).toBe(true)
    const api = await Api.of(context.request)
    const { id } = await api.create('accounts', { name: unique('Redémarré') })
    const page = await context.newPage()
    await openRecord(page, 'accounts', id)
    await page.getByRole('button', { name: fr.record.edit }).click()
    await input(page, 'trade_name').fill('pendant l’arrêt')
    await ended(server)
    const bar = page.getByRole('status').filter({ hasText: fr.frame.offline })
    await expect(bar).toBeVisible()
    await page.keyboard.press('Control+Enter')
    await expect(bar).toContainText('1 envoi attend')
    server = serve(data, new URL(baseURL).host)
    await ready(server)
    await expect(bar).toBeHidden()
    await expect(page.getByRole('button', { name: fr.record.edit })).toBeVisible()
    await page.getByText('Historique', { exact: true }).click()
    await expect(page.getByRole('list', { name: 'Historique' }).getByRole('listitem')).toHaveCount(2)
    // Live events are heard again.
    await api.change('accounts', id, { email: 'retour@exemple.fr' })
    await expect(field(page, 'email')).toContainText('retour@exemple.fr')
    await context.close()
  } finally {
    await ended(server)
    await rm(data, { recursive: true, force: true })
  }
})
