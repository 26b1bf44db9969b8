import type { Capability, Label, Level, Profile, ProfileGrant } from '../../api/types'
import { capabilities, type Reach, reachOf } from './grants'

/** To which records something may be done: how many of them, and by which rule in words. */
export interface Said {
  reach: Reach
  rule: Label | null
}

/** Something that one profile says otherwise than another. */
export type Difference =
  | { kind: 'label' | 'help'; from: Label | null; to: Label | null }
  | { kind: 'powers'; from: Profile['powers']; to: Profile['powers'] }
  | { kind: 'all'; from: Capability[]; to: Capability[] }
  | { kind: 'restricts'; from: boolean; to: boolean }
  | { kind: 'reach'; entity: string; capability: Capability; from: Said; to: Said }
  /** Without a field: of all that are not named. */
  | { kind: 'level'; entity: string; field: string | null; from: Level; to: Level }
  /** `null`: all of them. */
  | { kind: 'actions'; entity: string; from: string[] | null; to: string[] | null }

type Compared = Omit<Profile, 'module'>

/** What a profile says otherwise than its module, the whole first, then entity by entity. */
export function differences(module: Compared, profile: Compared): Difference[] {
  const found: Difference[] = []
  const add = (difference: Difference) => {
    if (JSON.stringify(difference.from) !== JSON.stringify(difference.to)) found.push(difference)
  }
  add({ kind: 'label', from: module.label, to: profile.label })
  add({ kind: 'help', from: module.help, to: profile.help })
  add({ kind: 'restricts', from: module.restricts, to: profile.restricts })
  add({ kind: 'powers', from: module.powers, to: profile.powers })
  add({ kind: 'all', from: module.all, to: profile.all })
  const named = new Set([...Object.keys(module.entities), ...Object.keys(profile.entities)])
  for (const entity of [...named].sort()) {
    for (const capability of capabilities) {
      add({
        kind: 'reach',
        entity,
        capability,
        from: said(module, entity, capability),
        to: said(profile, entity, capability),
      })
    }
    const [before, after] = [module.entities[entity], profile.entities[entity]]
    const fields = new Set([...Object.keys(before?.fields ?? {}), ...Object.keys(after?.fields ?? {})])
    for (const field of [null, ...fields]) {
      add({ kind: 'level', entity, field, from: levelOf(before, field), to: levelOf(after, field) })
    }
    add({ kind: 'actions', entity, from: before?.actions ?? null, to: after?.actions ?? null })
  }
  return found
}

function said(profile: Compared, entity: string, capability: Capability): Said {
  const { reach, rule } = reachOf(profile, entity, capability)
  const words = profile.words[entity]
  return { reach, rule: rule === null ? null : (words?.only[capability] ?? words?.rows ?? null) }
}

function levelOf(grant: ProfileGrant | undefined, field: string | null): Level {
  return (field !== null && grant?.fields[field]) || grant?.otherwise || 'write'
}
