import type { Locator, Page } from '@playwright/test'
import { en } from '../src/i18n/en'
import { fr } from '../src/i18n/fr'
import { env, expect, field, input, openRecord, speak, test, unique } from './base'

/** Every type of field that other tests do not type in: entered by hand in a new record, sent at once, read back. */

const tongues = { fr, en }

async function pick(page: Page, slot: Locator, typed: string, option: string | RegExp = typed): Promise<void> {
  await slot.locator('input').first().fill(typed)
  await page.getByRole('option', { name: option }).first().click()
}

async function draw(pad: Locator): Promise<void> {
  await pad.scrollIntoViewIfNeeded()
  const frame = await pad.boundingBox()
  if (!frame) throw new Error('no frame to sign in')
  const mouse = pad.page().mouse
  await mouse.move(frame.x + 20, frame.y + 60)
  await mouse.down()
  await mouse.move(frame.x + 80, frame.y + 20, { steps: 4 })
  await mouse.move(frame.x + 140, frame.y + 70, { steps: 4 })
  await mouse.up()
}

/** Pixels of a drawn picture that are not blank. */
function inked(picture: Locator): Promise<number> {
  return picture.evaluate((image: HTMLImageElement) => {
    const sheet = document.createElement('canvas')
    sheet.width = image.naturalWidth
    sheet.height = image.naturalHeight
    const context = sheet.getContext('2d')
    if (!context || !sheet.width) return 0
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, sheet.width, sheet.height)
    return data.filter((part, position) => position % 4 === 3 && part > 0).length
  })
}

async function create(page: Page, words: typeof fr | typeof en): Promise<string> {
  await page.getByRole('button', { name: words.record.create }).last().click()
  await expect(page).toHaveURL(/\/[0-9a-f-]{36}/)
  return page.url().split('/').at(-1)?.split('?')[0] ?? ''
}

for (const language of ['fr', 'en'] as const) {
  const words = tongues[language]
  const tab = (french: string, english: string) => (language === 'fr' ? french : english)

  test.describe(language, () => {
    test.beforeEach(({ page }) => speak(page, language))

    test('place, colour, figures, hours, plan and signature of a site', async ({ page, api }) => {
      const account = unique('Copropriété')
      await api.create('accounts', { name: account })
      const name = unique('Chaufferie')
      await page.goto(`/e/${env}/sites/new`)
      await input(page, 'name').fill(name)
      await pick(page, field(page, 'account'), account)
      const address = field(page, 'address')
      await address.getByLabel(words.fields.address.lines).fill('3 rue du Fil\nBâtiment B')
      await address.getByLabel(words.fields.address.postcode).fill('67000')
      await address.getByLabel(words.fields.address.city).fill('Strasbourg')
      const point = field(page, 'point')
      await point.getByLabel(words.fields.point.latitude).fill('48,58392')
      await point.getByLabel(words.fields.point.longitude).fill('7.74553')
      await input(page, 'colour').fill('#2b5c8a')
      await input(page, 'colour').press('Tab')
      await input(page, 'surface').fill(tab('1 250,5', '1250.5'))
      await field(page, 'delivery').getByRole('switch').click({ force: true })
      await input(page, 'delivery_from').fill('7h30')
      await input(page, 'delivery_to').fill('11:45')
      await input(page, 'closed_on').fill('23/11/2027')

      await page.getByRole('tab', { name: tab('Accès et sécurité', 'Access and safety') }).click()
      await input(page, 'access_notes').fill('Clé chez le gardien.\nSonner deux fois.')
      await field(page, 'plan')
        .locator('input[type=file]')
        .setInputFiles({ name: 'plan d’accès.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 plan') })
      await expect(field(page, 'plan')).toContainText('plan d’accès.pdf')
      await expect(field(page, 'plan')).toContainText(words.fields.file.pending)
      await draw(field(page, 'access_agreement').locator('canvas'))

      await page.getByRole('tab', { name: tab('Horaires', 'Opening hours') }).click()
      await page.getByRole('button', { name: words.fields.lines.add }).click()
      const line = field(page, 'openings').getByRole('row').nth(1)
      await line.locator('input').first().click()
      await page.getByRole('option', { name: tab('Mardi', 'Tuesday') }).click()
      await line
        .getByRole('textbox', { name: tab('De', 'From') })
        .or(line.locator('input[placeholder="14:05"]').first())
        .first()
        .fill('8h')
      await line.locator('input[placeholder="14:05"]').nth(1).fill('12:15')
      await line.locator('input[placeholder="14:05"]').nth(1).press('Tab')

      await page.getByRole('tab', { name: 'Notes' }).click()
      const notes = field(page, 'notes')
      await notes.locator('textarea').fill('Chaudière neuve')
      await notes.locator('textarea').selectText()
      await notes.getByRole('button', { name: words.fields.rich.bold }).click()
      await expect(notes.locator('textarea')).toHaveValue('**Chaudière neuve**')
      await notes.getByText(words.fields.rich.preview).click()
      await expect(notes.locator('strong')).toHaveText('Chaudière neuve')

      const id = await create(page, words)
      const kept = await api.read('sites', id)
      expect(kept).toMatchObject({
        name,
        address: { lines: '3 rue du Fil\nBâtiment B', postcode: '67000', city: 'Strasbourg' },
        point: { coordinates: [7.74553, 48.58392] },
        colour: expect.stringMatching(/^#2b5c8a$/i),
        surface: 1250.5,
        delivery: true,
        delivery_from: expect.stringMatching(/^07:30/),
        delivery_to: expect.stringMatching(/^11:45/),
        closed_on: '2027-11-23',
        access_notes: 'Clé chez le gardien.\nSonner deux fois.',
        plan: { name: 'plan d’accès.pdf', type: 'application/pdf', size: 13 },
        access_agreement: { type: 'image/png' },
        notes: '**Chaudière neuve**',
      })

      // And as people read it, from the server alone.
      await page.goto(`/e/${env}/sites/${id}`)
      await expect(field(page, 'address')).toContainText('67000')
      await expect(field(page, 'address')).toContainText(/strasbourg/i)
      await expect(field(page, 'point')).toContainText(tab('48,58392° N, 7,74553° E', '48.58392° N, 7.74553° E'))
      await expect(field(page, 'colour')).toContainText(/#2b5c8a/i)
      await expect(field(page, 'surface')).toContainText(tab('1 250,5', '1,250.5').replace(' ', '\u202f'))
      await expect(field(page, 'delivery')).toContainText(words.fields.yes)
      await expect(field(page, 'delivery_from')).toContainText('07:30')
      await page.getByRole('tab', { name: tab('Accès et sécurité', 'Access and safety') }).click()
      const link = field(page, 'plan').getByRole('link')
      await expect(link).toContainText('plan d’accès.pdf')
      const bytes = await page.request.get((await link.getAttribute('href')) ?? '')
      expect(await bytes.text()).toBe('%PDF-1.4 plan')
      const signature = field(page, 'access_agreement').getByRole('img', {
        name: words.fields.signature.alt,
        exact: true,
      })
      await expect.poll(() => inked(signature)).toBeGreaterThan(100)
      await page.getByRole('tab', { name: tab('Horaires', 'Opening hours') }).click()
      const opening = field(page, 'openings').getByRole('row').nth(1)
      await expect(opening).toContainText(tab('Mardi', 'Tuesday'))
      await expect(opening).toContainText('08:00')
      await expect(opening).toContainText('12:15')
      await page.getByRole('tab', { name: 'Notes' }).click()
      await expect(field(page, 'notes').locator('strong')).toHaveText('Chaudière neuve')
    })

    test('reminder, moments, link and the customer’s signature of an appointment', async ({ page, api }) => {
      const name = unique('Visite')
      await page.goto(`/e/${env}/appointments/new`)
      await input(page, 'name').fill(name)
      for (const [moment, day, time] of [
        ['starts_at', '24/11/2027', '9h'],
        ['ends_at', '24/11/2027', '10h30'],
      ] as const) {
        await field(page, moment).locator('input').first().fill(day)
        await field(page, moment).locator('input').nth(1).fill(time)
        await field(page, moment).locator('input').nth(1).press('Tab')
      }
      await pick(page, field(page, 'kind'), tab('Visio', 'Video'))
      await input(page, 'link').fill('visio.example/salle')
      await page.getByRole('tab', { name: 'Participants' }).click()
      await input(page, 'reminder').fill('une heure peut-être')
      await input(page, 'reminder').press('Tab')
      await expect(field(page, 'reminder')).toContainText(words.fields.duration.invalid)
      await input(page, 'reminder').fill('1h15')
      await input(page, 'reminder').press('Tab')
      await expect(field(page, 'reminder')).not.toContainText(words.fields.duration.invalid)
      await page.getByRole('tab', { name: tab('Compte rendu', 'Report') }).click()
      await draw(field(page, 'customer_signature').locator('canvas'))
      const id = await create(page, words)
      expect(await api.read('appointments', id)).toMatchObject({
        name,
        starts_at: '2027-11-24T08:00:00Z',
        ends_at: '2027-11-24T09:30:00Z',
        link: 'https://visio.example/salle',
        reminder: 'PT1H15M',
        customer_signature: { type: 'image/png' },
      })
      await openPage(page, 'appointments', id)
      await expect(field(page, 'link').getByRole('link')).toHaveAttribute('href', 'https://visio.example/salle')
      await page.getByRole('tab', { name: 'Participants' }).click()
      await expect(field(page, 'reminder')).toContainText(/1\s?h\s?15/)
      await page.getByRole('tab', { name: tab('Compte rendu', 'Report') }).click()
      await expect.poll(() => inked(field(page, 'customer_signature').getByRole('img'))).toBeGreaterThan(100)
    })

    test('a value written as JSON', async ({ page, api }) => {
      // The suffix may begin with a figure, which no part of a key may.
      const key = unique('reglage').replace(/\s/g, '_')
      await page.goto(`/e/${env}/settings/new`)
      await input(page, 'label').fill(unique('Réglage'))
      await input(page, 'key').fill(key)
      await input(page, 'value').fill('{"heures": [8, 12')
      await page.getByRole('button', { name: words.record.create }).last().click()
      await expect(field(page, 'value')).toContainText(words.fields.json.invalid.split('{{')[0]?.trim() ?? '')
      await input(page, 'value').fill('{"heures": [8, 12], "actif": true}')
      const id = await create(page, words)
      expect(await api.read('settings', id)).toMatchObject({ key, value: { heures: [8, 12], actif: true } })
      await openPage(page, 'settings', id)
      await expect(field(page, 'value')).toContainText('"heures"')
    })

    test('a record that cannot be without its file is created with it', async ({ page, api }) => {
      const name = unique('Attestation')
      await page.goto(`/e/${env}/documents/new`)
      const chosen = { name: 'attestation.pdf', mimeType: 'application/pdf', buffer: Buffer.from(`%PDF ${name}`) }
      await field(page, 'file').locator('input[type=file]').setInputFiles(chosen)
      // Refused without its title: what was chosen stays chosen.
      await page.getByRole('button', { name: words.record.create }).last().click()
      await expect(input(page, 'name')).toHaveAttribute('aria-invalid', 'true')
      await expect(field(page, 'file')).toContainText('attestation.pdf')
      await input(page, 'name').fill(name)
      const id = await create(page, words)
      expect(await api.read('documents', id)).toMatchObject({ name, file: { name: 'attestation.pdf' } })
      const link = field(page, 'file').getByRole('link')
      const bytes = await page.request.get((await link.getAttribute('href')) ?? '')
      expect(await bytes.text()).toBe(`%PDF ${name}`)
      // One entry of the history, not two: the record never was without its file.
      const history = await page.request.get(`/data/${env}/documents/${id}/$history`)
      expect(((await history.json()) as { value: unknown[] }).value).toHaveLength(1)
    })
  })
}

test('Escape closes a list of choices and leaves the form open; what was chosen is kept', async ({ page, api }) => {
  const { id } = await api.create('contacts', { last_name: unique('Muller') })
  await openRecord(page, 'contacts', id)
  await page.getByRole('button', { name: 'Modifier' }).click()
  const tags = field(page, 'tags')
  await tags.locator('input').first().click()
  const options = page.getByRole('option')
  await options.first().click()
  await options.nth(1).click()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Enregistrer' }).click()
  await expect(page.getByRole('button', { name: 'Modifier' })).toBeVisible()
  expect(((await api.read('contacts', id)) as { tags: string[] }).tags).toHaveLength(2)
})

/** Opens a record in whatever language. */
async function openPage(page: Page, collection: string, id: string): Promise<void> {
  await page.goto(`/e/${env}/${collection}/${id}`)
  await page.locator('[data-field]').first().waitFor()
}
