import { expectNoFault } from './axe'
import { env, expect, field, input, openRecord, test, unique } from './base'

/** What stands around a record: its figures, what happens to it, a copy of it. */

test('a note written beside an account stands at the head of what was, and is there for everybody', async ({
  page,
  api,
  as,
}) => {
  const { id } = await api.create('accounts', { name: unique('Boulangerie Weber') })
  const bruno = await as('bruno')
  await openRecord(bruno.page, 'accounts', id)
  await openRecord(page, 'accounts', id)
  await expect(page.getByText('Rien encore autour de cette fiche.')).toBeVisible()
  const note = page.getByRole('textbox', { name: 'Écrire une note…' })
  await note.fill('Four en panne depuis ce matin\nRappeler avant midi, demander Mme Weber.')
  await note.press('Control+Enter')
  await expect(note).toHaveValue('')
  const past = page.getByRole('list', { name: 'Passé' })
  await expect(past.getByRole('link', { name: 'Four en panne depuis ce matin' })).toBeVisible()
  await expect(past).toContainText('Rappeler avant midi')
  await expect(past).toContainText('Ada Lenoir')
  // Bruno has it open, and sees it come.
  await expect(bruno.page.getByRole('list', { name: 'Passé' })).toContainText('Four en panne depuis ce matin')
})

test('what is to come stands before what was, soonest first; what was is read on to the end', async ({ page, api }) => {
  const { id } = await api.create('accounts', { name: unique('Copropriété Les Tilleuls') })
  for (let day = 1; day <= 28; day += 1)
    await api.create('events', {
      subject: `Appel du ${day}`,
      kind: 'note',
      account_id: id,
      happened_at: `2025-01-${String(day).padStart(2, '0')}T09:00:00Z`,
    })
  await api.create('appointments', {
    name: 'Visite lointaine',
    account_id: id,
    starts_at: '2031-03-04T08:00:00Z',
    ends_at: '2031-03-04T09:00:00Z',
  })
  await api.create('tasks', { name: 'Préparer la visite', account_id: id, due_on: '2031-03-01' })
  await openRecord(page, 'accounts', id)
  const coming = page.getByRole('list', { name: 'À venir' }).getByRole('link')
  await expect(coming).toHaveText(['Préparer la visite', 'Visite lointaine'])
  const past = page.getByRole('list', { name: 'Passé' }).getByRole('link')
  await expect(past.first()).toHaveText('Appel du 28')
  await page.getByRole('button', { name: 'Plus ancien' }).click()
  await expect(past).toHaveCount(24)
  await page.getByRole('button', { name: 'Plus ancien' }).click()
  await expect(past).toHaveCount(28)
  await expect(past.last()).toHaveText('Appel du 1')
  await expect(page.getByRole('button', { name: 'Plus ancien' })).toHaveCount(0)
  await expectNoFault(page)
})

test('figures at the head lead to what they count, and the side is in the address', async ({ page, api }) => {
  const { id } = await api.create('accounts', { name: unique('Hôtel du Parc') })
  await api.create('tasks', { name: 'Devis à relire', account_id: id, due_on: '2031-03-01' })
  await openRecord(page, 'accounts', id)
  await page.getByRole('button', { name: 'Tâches ouvertes 1' }).click()
  await expect(page).toHaveURL(/tab=tasks/)
  await expect(page.getByRole('tabpanel').getByRole('link', { name: 'Devis à relire' })).toBeVisible()
  await page.getByText('Historique', { exact: true }).click()
  await expect(page).toHaveURL(/side=history/)
  await page.reload()
  await expect(page.getByText('a créé la fiche')).toBeVisible()
})

test('a copy begins with what people gave, less what belongs to one record only', async ({ page, api }) => {
  const name = unique('Garage Klein')
  const { id, code } = await api.create('accounts', {
    name,
    trade_name: 'Klein et fils',
    external_code: unique('erp').replace(/\s/g, '-'),
    main_address: { lines: '3 rue du Fil', postcode: '67000', city: 'Strasbourg', country: 'FR' },
  })
  await openRecord(page, 'accounts', id)
  await page.getByRole('button', { name: 'Autres actions' }).click()
  await page.getByRole('menuitem', { name: 'Dupliquer' }).click()
  await expect(page).toHaveURL(new RegExp(`/e/${env}/accounts/new\\?copy=`))
  await expect(input(page, 'name')).toHaveValue(`${name} (copie)`)
  await page.getByRole('button', { name: 'Créer' }).last().click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${name} (copie)`)
  const made = await api.read('accounts', page.url().split('/').at(-1)?.split('?')[0] ?? '')
  expect(made).toMatchObject({ trade_name: 'Klein et fils', main_address: { city: 'Strasbourg' }, external_code: null })
  expect(made?.code).not.toBe(code)
  await expect(field(page, 'main_address')).toContainText('3 rue du Fil')
})

test('a copy takes lines along as new ones', async ({ page, api }) => {
  const name = unique('Entretien')
  const { id } = await api.create('tasks', {
    name,
    status: 'to_do',
    steps: [{ name: 'Couper le gaz' }, { name: 'Nettoyer le brûleur' }],
  })
  await page.goto(`/e/${env}/tasks/new?copy=${id}`)
  await expect(input(page, 'name')).toHaveValue(`${name} (copie)`)
  await page.getByRole('button', { name: 'Créer' }).last().click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${name} (copie)`)
  const answer = await page.request.get(
    `/data/${env}/task_steps?$filter=task/name eq '${name} (copie)'&$orderby=created_at`,
  )
  const steps = ((await answer.json()) as { value: { name: string; task_id: string }[] }).value
  expect(steps.map((step) => step.name).sort()).toEqual(['Couper le gaz', 'Nettoyer le brûleur'])
  expect(steps[0]?.task_id).not.toBe(id)
})
