import { describe, expect, it } from 'vitest'
import { testEntity, testField } from '../../dictionary/testDictionary'
import { moveOf } from './moves'

const finish = {
  name: 'finish',
  label: { fr: 'Terminer' },
  from: ['open'],
  to: 'done',
  require: null,
  icon: null,
  colour: null,
}
const task = testEntity({
  name: 'task',
  fields: [testField({ name: 'state', type: 'choice' }), testField({ name: 'kind', type: 'choice' })],
  states: { field: 'state', initial: 'open', transitions: [finish] },
})

describe('a card moved to another column', () => {
  it('follows the transition that leads there', () => {
    expect(moveOf(task, 'state', 'open', 'done')).toEqual({ kind: 'transition', transition: finish })
  })
  it('is refused where no transition leads, with the ways there are', () => {
    expect(moveOf(task, 'state', 'done', 'open')).toEqual({ kind: 'refused', ways: [] })
    expect(moveOf(task, 'state', 'open', 'late')).toEqual({ kind: 'refused', ways: ['done'] })
  })
  it('takes the value where the choice has no transitions', () => {
    expect(moveOf(task, 'kind', 'call', 'visit')).toEqual({ kind: 'set', tag: 'visit' })
    expect(moveOf(task, 'kind', 'call', 'call')).toEqual({ kind: 'none' })
  })
})
