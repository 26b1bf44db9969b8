import { describe, expect, it } from 'vitest'
import type { RecordData } from '../../api/types'
import type { Node } from './nodes'
import { forestOf } from './nodes'

const shape = (nodes: Node[]): unknown[] => nodes.map(({ record, children }) => [record.id, ...shape(children)])
const parentOf = (record: RecordData) => (record.parent_id as string | undefined) ?? null

describe('a tree', () => {
  it('puts records beneath their parent, in the order they came in', () => {
    const records = [
      { id: 'c', parent_id: 'a' },
      { id: 'a' },
      { id: 'b', parent_id: 'a' },
      { id: 'd', parent_id: 'gone' },
    ]
    const forest = forestOf(records, parentOf)
    expect(shape(forest)).toEqual([['a', ['c'], ['b']], ['d']])
    expect(forest[0]?.beneath).toBe(2)
  })
  it('ends where records are beneath each other', () => {
    const records = [
      { id: 'a', parent_id: 'b' },
      { id: 'b', parent_id: 'a' },
      { id: 'c', parent_id: 'c' },
    ]
    expect(shape(forestOf(records, parentOf))).toEqual([['a'], ['b'], ['c']])
  })
})
