import { describe, expect, it } from 'vitest'
import type { Perimeter, Profile } from '../../api/types'
import { reachOf, sent } from './grants'
import { askable, either, named } from './rules'

const agencies = { name: 'my_agencies', of: 'agency', label: { fr: 'mes agences' }, where: 'true', beneath: null }
const perimeters: Perimeter[] = [agencies, { ...agencies, name: 'my_agencies_abroad' }]

describe('row rules', () => {
  it('are asked with nobody’s records for a perimeter, every sign at its place', () => {
    const rule = 'agency in (my_agencies()) and ownr = me()'
    const asked = askable(rule, perimeters)
    expect(asked).toBe('agency in (null         ) and ownr = me()')
    expect(asked.indexOf('ownr')).toBe(rule.indexOf('ownr'))
  })

  it('name the perimeters that they call, and no other that begins alike', () => {
    expect(named('agency in (my_agencies_abroad())', perimeters).map((one) => one.name)).toEqual(['my_agencies_abroad'])
  })

  it('let through what either says', () => {
    expect(either('  ', 'owner = me()')).toBe('owner = me()')
    expect(either('blocked', 'owner = me()')).toBe('blocked or owner = me()')
  })
})

describe('a profile', () => {
  const profile: Profile = {
    name: 'sales',
    label: { fr: 'Commercial' },
    help: null,
    words: {},
    module: null,
    layer: 'core',
    restricts: false,
    all: ['read'],
    powers: [],
    entities: {
      task: {
        allow: ['read', 'create', 'delete'],
        actions: null,
        rows: 'assignee = me()',
        only: { create: 'true', update: 'false', delete: ' ' },
        fields: {},
        otherwise: 'write',
      },
    },
  }

  it('grants all, some or none, by the rule of the capability, of the rows, or of all', () => {
    expect(reachOf(profile, 'task', 'read')).toEqual({ reach: 'some', rule: 'assignee = me()' })
    expect(reachOf(profile, 'task', 'create')).toEqual({ reach: 'all', rule: null })
    expect(reachOf(profile, 'task', 'update')).toEqual({ reach: 'none', rule: null })
    expect(reachOf(profile, 'account', 'read')).toEqual({ reach: 'all', rule: null })
    expect(reachOf(profile, 'account', 'update')).toEqual({ reach: 'none', rule: null })
    expect(reachOf({ ...profile, restricts: true }, 'account', 'update')).toEqual({ reach: 'all', rule: null })
  })

  it('is sent without rules that say nothing, and without its name', () => {
    expect(Object.keys(sent(profile))).not.toContain('name')
    expect(sent(profile).entities?.task?.only).toEqual({ create: 'true' })
  })
})
