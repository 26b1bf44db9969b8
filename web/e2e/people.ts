import { join } from 'node:path'

/** Everybody's password in the demo. */
export const password = 'tisserand-demo'

/** People of the demo's heating company. */
export const people = {
  ada: 'ada.lenoir@acme-chauffage.example',
  bruno: 'bruno.kieffer@acme-chauffage.example',
  /** Whose preferences and favourites tests change: others would see theirs change under them. */
  helene: 'helene.marchal@acme-chauffage.example',
  /** Sells: sees her own customers and those of her structure. */
  camille: 'camille.weber@acme-chauffage.example',
  /** Sees what belongs to his structure and to those beneath it. */
  patrick: 'patrick.ehrhart@acme-chauffage.example',
  /** Whose profiles tests change. */
  nadia: 'nadia.haddad@acme-chauffage.example',
  sylvie: 'sylvie.burger@acme-chauffage.example',
  /** Whose profiles the tests of profiles change. */
  moussa: 'moussa.diallo@acme-chauffage.example',
  manon: 'manon.lutz@acme-chauffage.example',
  /** Looks after both demo companies, from GlobalDirectory. */
  ines: 'ines@atelier-du-rhin.example',
  /** Operates the platform. */
  omar: 'omar@tisserand.example',
  /** May read only. */
  theo: 'theo.klein@acme-chauffage.example',
}

export type Person = keyof typeof people

/** Where the session of a person is kept during a run. */
export function stateFile(name: string): string {
  return join(import.meta.dirname, '..', 'test-results', `session-${name}.json`)
}
