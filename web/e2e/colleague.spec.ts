import type { Page } from '@playwright/test'
import { env, expect, field, input, openList, speak, test, unique } from './base'

/** An administrator of the client lets a colleague in, bounded to one agency, and checks what they see and why: all on the screens. */

const words = {
  fr: {
    add: 'Donner accès',
    name: 'Nom',
    email: 'Adresse e-mail',
    profiles: 'Profils',
    assistant: 'Assistant',
    bounded: 'Limité à son agence',
    reader: 'Lecteur',
    actions: 'Actions pour',
    see: 'Ce que cette personne peut faire',
    look: 'Voir comme',
    band: 'Vue comme quelqu’un d’autre',
    back: 'Revenir à moi-même',
    depends: 'selon la fiche',
    read: /^Lire, Tiers : /,
    close: 'Fermer',
  },
  en: {
    add: 'Let somebody in',
    name: 'Name',
    email: 'E-mail address',
    profiles: 'Profiles',
    assistant: 'Assistant',
    bounded: 'Own agency only',
    reader: 'Reader',
    actions: 'Actions for',
    see: 'What this person may do',
    look: 'View as',
    band: 'View as somebody else',
    back: 'Back to myself',
    depends: 'depends on the record',
    read: /^Read, Accounts?: /,
    close: 'Close',
  },
}

async function records(page: Page): Promise<number> {
  await openList(page, 'accounts')
  const answer = await page.request.get(`/data/${env}/accounts/$count`)
  return Number(await answer.text())
}

for (const language of ['fr', 'en'] as const) {
  const said = words[language]

  test.describe(language, () => {
    test('a colleague is let in for one agency, and what they see is checked', async ({ anew }) => {
      test.slow()
      const { page } = await anew('ada')
      await speak(page, language)
      const name = unique('Léon')
      const all = await records(page)

      await page.goto(`/admin/${env}/people`)
      await page.getByRole('button', { name: said.add }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('textbox', { name: said.name, exact: true }).fill(name)
      await dialog
        .getByRole('textbox', { name: said.email })
        .fill(`${name.replace(/\W/g, '').toLowerCase()}@acme-chauffage.example`)
      await page.keyboard.press('Tab')
      await page.keyboard.press('ArrowDown')
      for (const profile of [said.assistant, said.bounded, said.reader])
        await page.getByRole('option', { name: profile, exact: true }).click()
      await dialog.getByRole('textbox', { name: said.name, exact: true }).click()
      await dialog.getByRole('button', { name: said.add }).click()
      await expect(page.getByTestId('password')).toHaveText(/^[a-z2-9]{20}$/)
      await page.getByRole('dialog').getByRole('button', { name: said.close, exact: true }).last().click()

      const look = async () => {
        await page.goto(`/admin/${env}/people`)
        await page.getByRole('button', { name: `${said.actions} ${name}` }).click()
        await page.getByRole('menuitem', { name: said.see }).click()
        await page.getByRole('button', { name: `${said.look} ${name}` }).click()
        await expect(page.getByRole('region', { name: said.band })).toContainText(name)
        const seen = await records(page)
        await page.getByRole('button', { name: said.back }).click()
        await expect(page.getByRole('region', { name: said.band })).toHaveCount(0)
        return seen
      }
      expect(await look(), 'of no agency yet').toBe(0)

      await openList(page, 'users', `?q=${encodeURIComponent(name)}`)
      await page.getByRole('link', { name }).first().click()
      await expect(page).toHaveURL(/users\/[0-9a-f-]{36}/)
      await page.goto(`${page.url().split('?')[0]}?edit=true`)
      await input(page, 'agency').click()
      await page.getByRole('option').first().click()
      await page.keyboard.press('Control+Enter')
      await expect(field(page, 'agency').getByRole('link')).toBeVisible()
      const seen = await look()
      expect(seen).toBeGreaterThan(0)
      expect(seen).toBeLessThan(all)

      await page.goto(`/admin/${env}/people`)
      await page.getByRole('button', { name: `${said.actions} ${name}` }).click()
      await page.getByRole('menuitem', { name: said.see }).click()
      await page.getByRole('button', { name: said.read }).first().click()
      await expect(page.getByRole('dialog')).toContainText(said.depends)
      // In the language of the person’s account, which is French whatever the screens of this test speak.
      await expect(page.getByRole('dialog')).toContainText('Limité à son agence')
    })
  })
}
