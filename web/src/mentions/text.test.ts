import { describe, expect, it } from 'vitest'
import { mentionedIn, shownText, sourceText, typedMention, withChips } from './text'

const anne = { id: '0192f3a0-0000-7000-8000-0000000000ab', name: 'Anne Martin' }
const short = { id: '0192f3a0-0000-7000-8000-0000000000ac', name: 'Anne' }
const source = `Vu avec [@Anne Martin](user/${anne.id}), [@Anne](user/${short.id}) et @Paul.`

describe('a text with mentions', () => {
  it('is written by names and kept by ids', () => {
    expect(shownText(source)).toEqual({ text: 'Vu avec @Anne Martin, @Anne et @Paul.', people: [anne, short] })
    expect(sourceText('Vu avec @Anne Martin, @Anne et @Paul.', [short, anne])).toBe(source)
    expect(sourceText('@Annette @Anne Martin!', [anne, short])).toBe(`@Annette [@Anne Martin](user/${anne.id})!`)
    expect(mentionedIn(`${source} ${source}`)).toEqual([anne, short])
  })

  it('offers people from an @ on, and not in an address', () => {
    expect(typedMention('Voir @an', 8)).toEqual({ from: 5, typed: 'an' })
    expect(typedMention('@', 1)).toEqual({ from: 0, typed: '' })
    expect(typedMention('Voir @anne mar', 14)).toEqual({ from: 5, typed: 'anne mar' })
    expect(typedMention('anne@acme', 9)).toBeNull()
    expect(typedMention('@anne martin puis', 17)).toBeNull()
  })

  it('shows mentions as chips, and other links as they are', () => {
    const html = `<p><a href="user/${anne.id}">@Anne</a> <a href="https://acme.example">ici</a></p>`
    expect(withChips(html, ({ name }) => `<b>${name}</b>`)).toBe(
      '<p><b>Anne</b> <a href="https://acme.example">ici</a></p>',
    )
  })
})
