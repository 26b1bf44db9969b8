import type { Capability, Dictionary, Entity, Level, Power, Profile, ProfileGrant, ProfileSent } from '../../api/types'

/** What may be done to records, in the order in which it is shown. */
export const capabilities: readonly Capability[] = ['read', 'create', 'update', 'delete', 'export', 'import', 'print']
export const powers: readonly Power[] = ['administer', 'audit', 'share', 'protect']
export const levels: readonly Level[] = ['hidden', 'masked', 'read', 'write']

/** To how many records somebody may do something. */
export type Reach = 'none' | 'some' | 'all'

/** What a profile says of a capability on an entity: to which records, by which rule. */
export function reachOf(
  profile: Pick<Profile, 'all' | 'restricts' | 'entities'>,
  entity: string,
  capability: Capability,
): { reach: Reach; rule: string | null } {
  const grant = profile.entities[entity]
  // One that restricts leaves alone what it does not name.
  if (!grant) return { reach: profile.restricts || profile.all.includes(capability) ? 'all' : 'none', rule: null }
  if (!grant.allow.includes(capability)) return { reach: 'none', rule: null }
  const rule = grant.only[capability] ?? grant.rows ?? ''
  return rule === '' || rule === 'true' ? { reach: 'all', rule: null } : { reach: 'some', rule }
}

/** What an entity is granted when it is first set apart: what it had until then. */
export function grantFrom(profile: Pick<Profile, 'all' | 'restricts'>): ProfileGrant {
  const allow = profile.restricts ? [...capabilities] : [...profile.all]
  return { allow, actions: null, rows: null, only: {}, fields: {}, otherwise: 'write' }
}

/** The capabilities with one more, or one less, in the order in which they are shown. */
export function toggled(held: readonly Capability[], capability: Capability, wanted: boolean): Capability[] {
  return capabilities.filter((one) => (one === capability ? wanted : held.includes(one)))
}

/** A profile as it is sent: rules that say nothing are not sent, nor those of what is not allowed. */
export function sent(profile: Profile): ProfileSent {
  const { label, help, restricts, all, powers: held } = profile
  const entities = Object.entries(profile.entities).map(([name, grant]) => {
    const only = Object.entries(grant.only).filter(
      ([capability, rule]) => rule.trim() !== '' && grant.allow.some((one) => one === capability),
    )
    return [name, { ...grant, rows: grant.rows?.trim() || null, only: Object.fromEntries(only) }] as const
  })
  return { label, help, restricts, all, powers: held, entities: Object.fromEntries(entities) }
}

/** Entities that profiles speak of, by module: lines follow the record that they are of. */
export function byModule(dictionary: Dictionary, word: (entity: Entity) => string) {
  const entities = Object.values(dictionary.entities).filter((entity) => !entity.lines_of)
  // What a client adds comes first, what everything stands on last.
  return [...dictionary.modules].reverse().flatMap((module) => {
    const own = entities.filter((entity) => entity.module === module.name)
    own.sort((one, other) => word(one).localeCompare(word(other)))
    return own.length > 0 ? [{ name: module.name, label: module.label, entities: own }] : []
  })
}
