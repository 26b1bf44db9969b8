import type { Test, Written } from '../fields/types'

/** A condition as it is written, taken apart as far as a builder of conditions knows its parts. */
export type Parsed =
  | { kind: 'all'; of: Parsed[] }
  | { kind: 'any'; of: Parsed[] }
  | { kind: 'not'; of: Parsed }
  | { kind: 'exists'; collection: string; which: Parsed | null }
  | { kind: 'test'; path: string; test: Test }

/** What no builder shows, as it stands in the text. */
export class Beyond extends Error {
  constructor(readonly part: string) {
    super(part)
  }
}

const pieces = /\s*('(?:[^']|'')*'|\d+(?:\.\d+)?|[a-z_][\w.]*|>=|<=|!=|[=<>(),+-])/giy
const orders = ['=', '!=', '<=', '>=', '<', '>'] as const

/**
 * The parts of an expression.
 *
 * Throws `Beyond` with the part that is no condition on a field, or that cannot be read at all.
 */
export function parsed(text: string): Parsed {
  const reader = new Reader(text)
  const whole = reader.any()
  reader.end()
  return whole
}

class Reader {
  private readonly words: { word: string; at: number }[] = []
  private position = 0

  constructor(private readonly text: string) {
    pieces.lastIndex = 0
    let end = 0
    for (let found = pieces.exec(text); found; found = pieces.exec(text)) {
      const word = found[1] as string
      end = pieces.lastIndex
      this.words.push({ word, at: end - word.length })
    }
    const rest = text.slice(end).trim()
    if (rest) throw new Beyond(rest)
  }

  any(): Parsed {
    return this.joined('or', 'any', () => this.joined('and', 'all', () => this.negated()))
  }

  end(): void {
    if (this.position < this.words.length) throw this.beyond(this.position)
  }

  private joined(word: string, kind: 'any' | 'all', part: () => Parsed): Parsed {
    const of = [part()]
    while (this.take(word)) of.push(part())
    return of.length === 1 && of[0] ? of[0] : { kind, of }
  }

  private negated(): Parsed {
    if (!this.take('not')) return this.one()
    const of = this.negated()
    if (of.kind === 'test' && of.test.operator === 'is') return { ...of, test: { ...of.test, operator: 'not' } }
    return { kind: 'not', of }
  }

  private one(): Parsed {
    const began = this.position
    if (this.take('(')) {
      const inner = this.any()
      this.expect(')', began)
      return inner
    }
    if (this.take('exists')) {
      this.expect('(', began)
      const collection = this.name(began)
      const which = this.take(',') ? this.any() : null
      this.expect(')', began)
      return { kind: 'exists', collection, which }
    }
    const day = this.peek() === 'date' && this.peek(1) === '('
    if (day) this.position += 2
    const path = this.name(began)
    if (day) this.expect(')', began)
    const test = (operator: Test['operator'], values: Written[]): Parsed => ({
      kind: 'test',
      path,
      test: { operator, day, values },
    })
    const order = orders.find((sign) => this.take(sign))
    if (order) return test(order, [this.value(began)])
    if (this.take('in')) return test('in', this.list(began))
    if (this.take('contains')) return test('contains', [this.value(began)])
    for (const side of ['starts', 'ends'] as const) {
      if (!this.take(side)) continue
      this.expect('with', began)
      return test(`${side} with`, [this.value(began)])
    }
    // What goes on is a reckoning, not a condition.
    if (!['and', 'or', ')', ',', undefined].includes(this.peek()?.toLowerCase())) throw this.beyond(began)
    return test('is', [])
  }

  private list(began: number): Written[] {
    this.expect('(', began)
    const values = [this.value(began)]
    while (this.take(',')) values.push(this.value(began))
    this.expect(')', began)
    return values
  }

  private value(began: number): Written {
    const word = this.next()
    if (word === undefined) throw this.beyond(began)
    if (word.startsWith("'")) return { kind: 'text', value: unquoted(word) }
    if (/^\d/.test(word)) return { kind: 'number', value: word }
    if (word === '-' && /^\d/.test(this.peek() ?? '')) return { kind: 'number', value: `-${this.next()}` }
    if (word === 'null') return { kind: 'null' }
    if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true' }
    if ((word === 'date' || word === 'datetime') && this.peek()?.startsWith("'"))
      return { kind: word, value: unquoted(this.next() ?? '') }
    if (!this.take('(') || !this.take(')')) throw this.beyond(began)
    if (word === 'me') return { kind: 'me' }
    if (word !== 'today') return { kind: 'perimeter', value: word }
    const sign = this.take('+') ? 1 : this.take('-') ? -1 : 0
    if (sign === 0) return { kind: 'today', days: 0 }
    this.expect('days', began)
    this.expect('(', began)
    const days = Number(this.next())
    this.expect(')', began)
    if (!Number.isInteger(days)) throw this.beyond(began)
    return { kind: 'today', days: sign * days }
  }

  private name(began: number): string {
    const word = this.next()
    if (!word || !/^[a-z_]/i.test(word)) throw this.beyond(began)
    return word
  }

  private peek(ahead = 0): string | undefined {
    return this.words[this.position + ahead]?.word
  }

  private next(): string | undefined {
    const word = this.peek()
    this.position += 1
    return word
  }

  private take(word: string): boolean {
    if (this.peek() !== word) return false
    this.position += 1
    return true
  }

  private expect(word: string, began: number): void {
    if (!this.take(word)) throw this.beyond(began)
  }

  /** What stands from there on, to where the next condition would begin. */
  private beyond(from: number): Beyond {
    let to = Math.max(this.position, from + 1)
    while (to < this.words.length && !['and', 'or'].includes(this.words[to]?.word ?? '')) to += 1
    return new Beyond(this.text.slice(this.words[from]?.at ?? 0, this.words[to]?.at).trim() || this.text.trim())
  }
}

function unquoted(literal: string): string {
  return literal.slice(1, -1).replaceAll("''", "'")
}

/** The same for all texts that say the same: groups of one kind inside each other are one, a choice of one is an equality. */
export function canonical(one: Parsed): string {
  if (one.kind === 'test') {
    const { operator, day, values } = one.test
    const alone = operator === 'in' && values.length === 1 && values[0]?.kind !== 'perimeter'
    return JSON.stringify([one.path, day, alone ? '=' : operator, values])
  }
  if (one.kind === 'not') return `not ${canonical(one.of)}`
  if (one.kind === 'exists') return `${one.collection}(${one.which ? canonical(one.which) : ''})`
  const flat = (of: Parsed[]): string[] =>
    of.flatMap((part) => (part.kind === one.kind ? flat(part.of) : [canonical(part)]))
  return `${one.kind}[${flat(one.of).join(' ')}]`
}
