import { describe, expect, it } from 'vitest'
import type { Field } from '../../../api/types'
import { noteOf } from './note'

const title = { name: 'subject', type: 'text', max_length: 10 } as Field

describe('a note', () => {
  it('is named by its first line, and keeps all of its words', () => {
    expect(noteOf(' Appelé. ', title, 'text')).toEqual({ subject: 'Appelé.' })
    expect(noteOf('Appelé.\n\nRappeler lundi', title, 'text')).toEqual({
      subject: 'Appelé.',
      text: 'Appelé.\n\nRappeler lundi',
    })
    expect(noteOf('Chaudière à remplacer', title, 'text')).toEqual({
      subject: 'Chaudière…',
      text: 'Chaudière à remplacer',
    })
  })

  it('is all text where no title is written', () => {
    expect(noteOf('Oui', null, 'text')).toEqual({ text: 'Oui' })
  })
})
