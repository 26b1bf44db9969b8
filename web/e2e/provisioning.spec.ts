import { expectAccessible } from './axe'
import { expect, test } from './base'

test('an administrator connects the company’s directory, says what its groups give, and takes the token back', async ({
  page,
  playwright,
  baseURL,
}) => {
  await page.goto('/admin/acme-test/provisioning')
  await expect(page.getByRole('heading', { name: 'Annuaire d’entreprise' })).toBeVisible()
  await page.getByRole('button', { name: 'Nouveau jeton' }).click()
  await page.getByLabel('Qui s’en sert').fill('Entra du siège')
  await page.getByRole('button', { name: 'Créer le jeton' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('il ne sera plus montré')).toBeVisible()
  await expectAccessible(page)
  const secret = await dialog.locator('code').innerText()
  await dialog.getByRole('button', { name: 'Je l’ai gardé' }).click()
  // The directory sends a person and a group.
  const directory = await playwright.request.newContext({
    baseURL: `${baseURL}/scim/v2/acme-test/`,
    extraHTTPHeaders: { Authorization: `Bearer ${secret}` },
  })
  const person = await directory.post('Users', {
    data: { userName: 'zoe.martin@acme-chauffage.example', displayName: 'Zoé Martin' },
  })
  expect(person.status()).toBe(201)
  const members = [{ value: (await person.json()).id }]
  const group = await directory.post('Groups', { data: { displayName: 'CRM lecture', members } })
  expect(group.status()).toBe(201)
  await page.reload()
  await expect(page.getByText('/scim/v2/acme-test')).toBeVisible()
  const groups = page.getByRole('list', { name: 'Groupes' })
  await expect(groups).toContainText('CRM lecture')
  await expect(groups).toContainText('1 membre')
  await page.getByRole('combobox', { name: 'Profils du groupe CRM lecture' }).click()
  await page.getByRole('option', { name: 'Lecteur', exact: true }).click()
  await expect(page.getByText('profils changés')).toBeVisible()
  await page.keyboard.press('Escape')
  await expectAccessible(page)
  // Who is provisioned is among the people, as the group says.
  await page.goto('/admin/acme-test/people')
  await expect(page.getByText('zoe.martin@acme-chauffage.example')).toBeVisible()
  // Taken back, the token opens nothing.
  await page.goto('/admin/acme-test/provisioning')
  await page.getByRole('button', { name: 'Révoquer Entra du siège' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Révoquer' }).click()
  await expect(page.getByText('Jeton Entra du siège révoqué')).toBeVisible()
  expect((await directory.get('Users')).status()).toBe(401)
  await directory.dispose()
})
