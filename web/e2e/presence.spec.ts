import { fr } from '../src/i18n/fr'
import { expectAccessible } from './axe'
import { expect, input, openRecord, test, unique } from './base'

test('two people at a record see each other, and who of them is changing it', async ({ page, as, api }) => {
  const { id } = await api.create('accounts', { name: unique('À deux') })
  await openRecord(page, 'accounts', id)
  const here = page.getByRole('list', { name: fr.presence.who })
  await expect(here).toHaveCount(0)
  const bruno = await as('bruno')
  await openRecord(bruno.page, 'accounts', id)
  await expect(here).toContainText('Bruno Kieffer consulte cette fiche')
  const hereForBruno = bruno.page.getByRole('list', { name: fr.presence.who })
  await expect(hereForBruno).toContainText('Ada Lenoir consulte cette fiche')
  await bruno.page.getByRole('button', { name: fr.record.edit }).click()
  await input(bruno.page, 'trade_name').fill('chez Bruno')
  await expect(here).toContainText('Bruno Kieffer modifie cette fiche')
  await expectAccessible(page)
  await bruno.page.getByRole('button', { name: fr.record.save }).click()
  await expect(here).toContainText('Bruno Kieffer consulte cette fiche')
  // Whoever goes elsewhere, or closes their tab, is gone.
  await page.getByRole('button', { name: fr.record.back }).click()
  await expect(hereForBruno).toHaveCount(0)
  await openRecord(page, 'accounts', id)
  await expect(here).toContainText('Bruno Kieffer consulte cette fiche')
  await bruno.page.close({ runBeforeUnload: true })
  await expect(here).toHaveCount(0)
})
