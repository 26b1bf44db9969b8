import { describe, expect, it } from 'vitest'
import { recordCounter } from '../api/lists'
import type { RecordData } from '../api/types'
import { groupedLines } from './layout'

const rows = ['a', 'a', 'b'].map((kind, at) => ({ id: String(at), version: 1, kind }) as RecordData)
const keyOf = (row: RecordData) => String(row.kind)
const groups = (...closed: string[]) => ['a', 'b', 'c'].map((key) => ({ key, collapsed: closed.includes(key) }))

describe('a grouped list', () => {
  it('has each head before its rows', () => {
    expect(groupedLines(groups(), rows, keyOf, false)).toEqual([
      { group: 0 },
      { row: 0 },
      { row: 1 },
      { group: 1 },
      { row: 2 },
      { group: 2 },
    ])
  })

  it('keeps the head of a closed group', () => {
    expect(groupedLines(groups('a'), rows.slice(2), keyOf, false)).toEqual([
      { group: 0 },
      { group: 1 },
      { row: 0 },
      { group: 2 },
    ])
  })

  it('waits with the groups after the last row read', () => {
    expect(groupedLines(groups(), rows, keyOf, true).at(-1)).toEqual({ row: 2 })
  })
})

describe('records of a CSV', () => {
  it('are counted as its bytes come, whatever stands in quotes', () => {
    const count = recordCounter()
    const bytes = (text: string) => new TextEncoder().encode(text)
    expect(count(bytes('name;note\r\n'))).toBe(0)
    expect(count(bytes('"A\nB";"x""y"\r\n"C'))).toBe(1)
    expect(count(bytes('\r\nD";\r\n'))).toBe(2)
  })
})
