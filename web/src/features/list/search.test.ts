import { describe, expect, it } from 'vitest'
import { parseColumns, writeColumns } from '../../table/columns'
import { keyName } from '../../ui/shortcuts'
import { tagOf } from '../value-lists/tag'
import { listSearchOf } from './search'

describe('the state of a list in an address', () => {
  it('is read as it was written', () => {
    const search = {
      q: 'chauff',
      quick: ['mine'],
      sort: '-name',
      f: [{ p: 'kind', v: { o: 'in', v: ['customer'] } }],
      cols: 'code:110,main_address.city',
    }
    expect(listSearchOf({ ...search })).toEqual(search)
  })

  it('leaves out what makes no sense, from wherever the link came', () => {
    expect(listSearchOf({ q: '', sort: 'name; drop', f: [{ p: 1 }, 'x', null], cols: '<script>', quick: [3] })).toEqual(
      { f: [], quick: [] },
    )
    expect(listSearchOf({ q: 67000 })).toEqual({ q: '67000' })
  })

  it('keeps columns and the widths given to them', () => {
    expect(parseColumns('code:110,name!,city:5')).toEqual([
      { path: 'code', width: 110, pinned: false },
      { path: 'name', width: null, pinned: true },
      { path: 'city', width: null, pinned: false },
    ])
    const kept = [
      { path: 'code', width: 110.4, pinned: true },
      { path: 'name', width: null, pinned: false },
    ]
    expect(writeColumns(kept)).toBe('code!:110,name')
    expect(parseColumns('')).toBeNull()
  })
})

describe('keys', () => {
  it('are named alike on every keyboard', () => {
    expect(keyName({ key: 'K', ctrlKey: false, metaKey: true, altKey: false })).toBe('ctrl+k')
    expect(keyName({ key: 'Enter', ctrlKey: true, metaKey: false, altKey: false })).toBe('ctrl+Enter')
  })
})

describe('the identifier of a value', () => {
  it('is made from its label', () => {
    expect(tagOf('Client perdu (été)')).toBe('client_perdu_ete')
    expect(tagOf('2e relance')).toBe('e_relance')
  })
})
