import { expectAccessible } from './axe'
import { env, expect, test, unique } from './base'
import { people } from './people'

// Reading every element of a matrix twice takes a while on a busy machine.
test.setTimeout(150_000)

test('a profile made here holds at once for whoever is given it, and says why', async ({ page, api, as }) => {
  const name = unique('Suivi')
  await page.goto(`/admin/${env}`)
  await page.getByRole('link', { name: /^Profils/ }).click()
  await page.getByRole('button', { name: 'Nouveau profil' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Nom', exact: true }).fill(name)
  const identifier = await dialog.getByRole('textbox', { name: 'Identifiant' }).inputValue()
  await dialog.getByRole('button', { name: 'Créer' }).click()

  // Reads everything, and of accounts those that are theirs, without their phone.
  await page.getByRole('checkbox', { name: 'Lire, toutes les autres fiches' }).check()
  await page.getByRole('checkbox', { name: 'Modifier, Tiers' }).check()
  await page.getByRole('button', { name: 'Détails de « Tiers »' }).click()
  await page.getByRole('button', { name: 'Responsable : moi' }).click()
  const rows = page.getByRole('group', { name: 'À quelles fiches' })
  await expect(rows).toContainText('Responsable : moi')

  // The builder that lists have: the same rule, and one more condition, through a reference, to a perimeter.
  await rows.getByRole('button', { name: 'Changer les conditions…' }).click()
  const builder = page.getByRole('dialog', { name: 'À quelles fiches' })
  await builder.getByRole('combobox', { name: 'Comment réunir ces conditions' }).selectOption('any')
  await builder.getByRole('button', { name: 'Condition', exact: true }).click()
  await builder.getByRole('combobox', { name: 'Champ', exact: true }).last().selectOption({ label: 'Responsable' })
  await builder.getByRole('combobox', { name: 'Plus précisément, de Responsable' }).last().selectOption('agency')
  await builder.getByRole('checkbox', { name: 'mon agence et ses agences rattachées' }).check()
  await expect(builder.getByText('Responsable : moi ou Responsable › Agence : mon agence')).toBeVisible()
  await builder.getByRole('button', { name: 'Appliquer' }).click()
  await expect(rows).toContainText('Responsable : moi ou Responsable › Agence : mon agence et ses agences rattachées')
  await rows.getByRole('button', { name: 'Écrire la condition' }).click()
  await expect(page.getByRole('textbox', { name: 'À quelles fiches' })).toHaveValue(
    '(owner = me()) or (owner.agency in (my_agencies()))',
  )
  await page.getByRole('combobox', { name: 'Ajouter un champ' }).selectOption({ label: 'Raison sociale' })
  await page.getByRole('button', { name: 'Rouvrir « Raison sociale »' }).click()
  await page.getByRole('checkbox', { name: 'Convertir en client' }).uncheck()
  await page.getByRole('combobox', { name: 'Ajouter un champ' }).selectOption({ label: 'Téléphone' })
  await expect(page.getByRole('combobox', { name: 'Ouverture de « Téléphone »' })).toHaveValue('hidden')
  await expectAccessible(page)

  // A rule that cannot be read is told where it stands, and nothing is saved.
  const rule = page.getByRole('textbox', { name: 'À quelles fiches' })
  await rule.fill('ownr = me()')
  await page.getByRole('button', { name: 'Enregistrer' }).click()
  await expect(page.getByText('Une condition est à corriger : Tiers')).toBeVisible()
  await expect(rule).toHaveAccessibleDescription(/« ownr » n'est pas un champ/)
  expect(await api.text('$profiles')).not.toContain('ownr')
  await rule.fill('owner = me() or length(name) < 0')
  await expect(page.getByText('le constructeur ne sait pas montrer « length(name) < 0 »')).toBeVisible()
  await rule.fill('owner = me() or agency in (my_agencies())')

  // So is a field, of what only the server finds.
  await page.getByRole('combobox', { name: 'Ajouter un champ' }).selectOption({ label: 'Responsable' })
  const level = page.getByRole('combobox', { name: 'Ouverture de « Responsable »' })
  await level.selectOption('masked')
  await page.getByRole('button', { name: 'Enregistrer' }).click()
  await expect(page.getByText('À corriger : Tiers')).toBeVisible()
  await expect(level).toHaveAccessibleDescription(/seul un texte se masque/)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Rouvrir « Responsable »' }).click()
  await expect(page.getByText('À corriger : Tiers')).toHaveCount(0)
  await page.getByRole('button', { name: 'Enregistrer' }).click()
  await expect(page.getByText('Profil enregistré')).toBeVisible()
  await page.getByRole('button', { name: 'Détails de « Tiers »' }).click()
  await expect(page.getByText('owner = me() or agency in (my_agencies())')).toBeVisible()
  await expect(page.getByText('Responsable est moi ou Agence parmi mon agence et ses agences rattachées')).toBeVisible()

  // Seen by somebody else, in a browser of their own.
  await api.give(people.moussa, [identifier])
  const { page: theirs, api: his } = await as('moussa')
  const me = await his.me()
  const own = await api.create('accounts', { name: unique('Le sien'), owner_id: me, phone: '+33388000001' })
  const other = await api.create('accounts', { name: unique('Autre'), owner_id: await api.me() })
  await theirs.goto(`/e/${env}/accounts/${own.id}`)
  await expect(theirs.getByRole('heading', { name: String(own.name) })).toBeVisible()
  await expect(theirs.getByText('Téléphone', { exact: true })).toHaveCount(0)
  await theirs.goto(`/e/${env}/accounts/${other.id}`)
  await expect(theirs.getByRole('heading', { name: 'Cette fiche n’existe pas' })).toBeVisible()

  // What cannot be done leads to why.
  await theirs.goto(`/e/${env}/accounts/${own.id}`)
  await theirs.getByRole('button', { name: 'Autres actions' }).first().click()
  await theirs.getByRole('menuitem', { name: 'Votre profil ne permet pas de supprimer.' }).click()
  const why = theirs.getByRole('dialog', { name: 'Pourquoi pas ?' })
  await expect(why.getByText(`${name} : ne le permet pas`)).toBeVisible()
  await expectAccessible(theirs)
  await theirs.keyboard.press('Escape')
  await theirs.getByRole('button', { name: 'Autres actions' }).first().click()
  await theirs.getByRole('menuitem', { name: 'Votre profil ne permet pas « Convertir en client ».' }).click()
  await expect(why.getByText('Convertir en client : Tiers')).toBeVisible()

  // And whoever administers sees the same, cell by cell.
  await page.goto(`/admin/${env}/people`)
  await page.getByRole('button', { name: 'Actions pour Moussa Diallo' }).click()
  await page.getByRole('menuitem', { name: 'Ce que cette personne peut faire' }).click()
  await expect(page.getByRole('heading', { name: 'Ce que peut faire Moussa Diallo' })).toBeVisible()
  await page.getByRole('button', { name: /^Lire, Tiers : certaines/ }).click()
  const reasons = page.getByRole('dialog', { name: 'Pourquoi ?' })
  await expect(reasons.getByText('Responsable est moi')).toBeVisible()
  await expect(reasons.getByText('selon la fiche').first()).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Détails de « Tiers »' }).click()
  await expect(page.getByText('Téléphone caché')).toBeVisible()
  await expectAccessible(page)

  // It goes once nobody has it, and comes back.
  await page.getByRole('link', { name }).click()
  await page.getByRole('button', { name: 'Autres actions' }).click()
  await page.getByRole('menuitem', { name: 'Supprimer le profil' }).click()
  await expect(page.getByText('Moussa Diallo a ce profil')).toBeVisible()
  await api.give(people.moussa, ['reader'])
  await page.getByRole('button', { name: 'Autres actions' }).click()
  await page.getByRole('menuitem', { name: 'Supprimer le profil' }).click()
  await expect(page.getByText(`Profil « ${name} » supprimé`)).toBeVisible()
  await expect(page.getByRole('list', { name: 'Profils' }).getByRole('link', { name })).toHaveCount(0)
})

test('what is changed in a profile is not lost: by leaving, by reloading, by turning it round', async ({
  page,
  api,
}) => {
  const profile = `kept_${process.pid}`
  await api.put(`$profiles/${profile}`, {
    label: { fr: unique('Gardé'), en: 'Kept' },
    entities: { task: { allow: ['read'] } },
  })
  await api.give(people.moussa, [profile])
  await page.goto(`/admin/${env}/profiles/${profile}?edit=true`)

  // By keyboard alone: a cell is reached, set, and its row opened.
  const cell = page.getByRole('checkbox', { name: 'Modifier, Tâches' })
  await page.getByRole('checkbox', { name: 'Créer, Tâches' }).focus()
  await page.keyboard.press('Tab')
  await expect(cell).toBeFocused()
  await page.keyboard.press('Space')
  await expect(cell).toBeChecked()
  const details = page.getByRole('button', { name: 'Détails de « Tâches »' })
  await details.focus()
  await page.keyboard.press('Enter')
  await expect(details).toHaveAttribute('aria-expanded', 'true')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('checkbox', { name: 'Lire, Tâches' })).toBeFocused()

  await page.getByRole('link', { name: 'Profils', exact: true }).first().click()
  const question = page.getByRole('dialog')
  await question.getByRole('button', { name: 'Rester' }).click()
  await expect(cell).toBeChecked()
  await page.reload()
  await expect(cell).toBeChecked()
  await page.getByRole('link', { name: 'Profils', exact: true }).first().click()
  await question.getByRole('button', { name: 'Garder pour plus tard' }).click()
  await expect(page.getByRole('heading', { name: 'Profils', exact: true })).toBeVisible()
  await page.goto(`/admin/${env}/profiles/${profile}?edit=true`)
  await expect(cell).not.toBeChecked()
  await page.getByRole('button', { name: 'Continuer' }).click()
  await expect(cell).toBeChecked()

  // What turning it round means is told before it is saved.
  await page.getByRole('checkbox', { name: 'Retire au lieu de donner' }).check()
  await expect(page.getByText('N’auront plus aucun droit : Moussa Diallo.')).toBeVisible()
  await page.setViewportSize({ width: 390, height: 844 })
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Enregistrer' }).click()
  await expect(page.getByText('Profil enregistré')).toBeVisible()
  await expect(page.getByText('Ce profil retire, il ne donne rien.')).toBeVisible()
  await api.give(people.moussa, ['reader'])
})

test('profiles of modules are told apart, changed here and given back', async ({ page }) => {
  await page.goto(`/admin/${env}/profiles`)
  const list = page.getByRole('list', { name: 'Profils' })
  await expect(list.getByRole('listitem').filter({ hasText: 'Limité à son agence' })).toContainText('Restreint')
  await expectAccessible(page)
  await list.getByRole('link', { name: 'Administrateur' }).click()
  await expect(page.getByText('Ce profil peut tout et ne se change pas.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Modifier' })).toHaveCount(0)

  await page.goto(`/admin/${env}/profiles/external_contact?edit=true`)
  await expect(page.getByText(/Ce profil vient d’un module/)).toBeVisible()
  await page.getByRole('checkbox', { name: 'Exporter, Sites' }).check()
  await page.getByRole('button', { name: 'Enregistrer' }).click()
  await expect(page.getByText('Profil enregistré')).toBeVisible()
  const exported = page.getByRole('row', { name: /Sites/ }).getByRole('cell').nth(4)
  await expect(exported).toHaveText('certaines')
  await expect(page.getByText('Changé ici', { exact: true })).toBeVisible()
  const changes = page.getByRole('region', { name: 'Ce qui est changé ici' })
  await expect(changes).toContainText('Sites › Exporter')
  await expect(changes).toContainText('Son module dit : aucune')
  await expect(changes).toContainText('Ici : certaines, où Tiers parmi')
  await page.getByRole('button', { name: 'Autres actions' }).click()
  await page.getByRole('menuitem', { name: 'Rendre à son module' }).click()
  await expect(exported).toHaveText('aucune')
  await expect(changes).toHaveCount(0)
})
