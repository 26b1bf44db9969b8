import { describe, expect, it } from 'vitest'
import { marked } from '../rich_text/marks'
import { plainWords } from '../rich_text/plain'
import { isAccepted } from '../shared/files'
import { linesOf, linesWritten, lineWith } from './value'

describe('lines', () => {
  it('send what was set of known lines, all of new ones, and leave removed ones out', () => {
    const [first, second] = linesOf([
      { id: 'a', label: 'un', quantity: 1 },
      { id: 'b', label: 'deux', quantity: 2 },
    ]) as [ReturnType<typeof lineWith>, ReturnType<typeof lineWith>]
    const changed = lineWith(second, { quantity: 3 }, {})
    const made = lineWith({ key: 'new-1', data: { id: '' }, set: [] }, { product_id: 'p' }, { product: { id: 'p' } })
    expect(linesWritten([changed, made])).toEqual([{ id: 'b', quantity: 3 }, { product_id: 'p' }])
    expect(linesWritten([first])).toEqual([{ id: 'a' }])
    expect(linesWritten(null)).toEqual([])
  })

  it('come back from a draft as they were', () => {
    const lines = [lineWith({ key: 'a', data: { id: 'a' }, set: [] }, { quantity: 3 }, {})]
    expect(linesOf(JSON.parse(JSON.stringify(lines)))).toEqual(lines)
  })
})

describe('rich text', () => {
  it('is put between marks around what is chosen', () => {
    expect(marked('un mot ici', 3, 6, 'bold')).toEqual({ text: 'un **mot** ici', from: 5, to: 8 })
    expect(marked('a\nb\nc', 2, 5, 'list').text).toBe('a\n- b\n- c')
  })

  it('is told in plain words on one line', () => {
    expect(plainWords('## À savoir\n\n- Chaudière **Viessmann**\n- [contrat](https://x.fr)')).toBe(
      'À savoir Chaudière Viessmann contrat',
    )
  })
})

describe('files', () => {
  it('are accepted by family or exact type', () => {
    expect(isAccepted('image/png', ['image/*'])).toBe(true)
    expect(isAccepted('text/html', ['image/*', 'application/pdf'])).toBe(false)
    expect(isAccepted('text/html', undefined)).toBe(true)
  })
})
