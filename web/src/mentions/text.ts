/** Somebody that a text mentions. */
export interface Mentioned {
  id: string
  name: string
}

/**
 * A mention in a text: a CommonMark link to the person, `[@Anne Martin](user/0192…)`. It reads well in an export, and the id stays right
 * when the person takes another name.
 */
const mention = /\[@([^[\]\n]{1,200})\]\(user\/([0-9a-f-]{36})\)/g

/** A text as people write it, `@Anne Martin`, and whom its mentions name. */
export function shownText(source: string): { text: string; people: Mentioned[] } {
  const people: Mentioned[] = []
  const text = source.replace(mention, (_whole, name: string, id: string) => {
    if (!people.some((one) => one.id === id && one.name === name)) people.push({ id, name })
    return `@${name}`
  })
  return { text, people }
}

/** The text to keep, of one as people write it: each `@Anne Martin` of somebody known names them. */
export function sourceText(text: string, people: Mentioned[]): string {
  // The longest name first: `@Anne Martin` is not `@Anne` and a word.
  const byLength = [...people].sort((a, b) => b.name.length - a.name.length)
  let source = ''
  let rest = text
  for (let at = rest.indexOf('@'); at >= 0; at = rest.indexOf('@')) {
    source += rest.slice(0, at)
    rest = rest.slice(at)
    const found = byLength.find(
      ({ name }) => rest.startsWith(`@${name}`) && !/^[\p{L}\p{N}]/u.test(rest.slice(name.length + 1)),
    )
    const taken = found ? found.name.length + 1 : 1
    source += found ? `[@${found.name}](user/${found.id})` : '@'
    rest = rest.slice(taken)
  }
  return source + rest
}

/** The name of somebody as a mention may hold it. */
export function mentionName(title: string): string {
  return title
    .replace(/[[\]()\n]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

/** What is being typed after an `@` that ends before the caret: `null` where nobody is being mentioned. */
export function typedMention(text: string, caret: number): { from: number; typed: string } | null {
  const before = text.slice(0, caret)
  const found = /(?:^|[\s(«"'’])@([\p{L}\p{N}.'’-]*(?: [\p{L}\p{N}.'’-]*)?)$/u.exec(before)
  if (!found) return null
  const typed = found[1] ?? ''
  return { from: caret - typed.length - 1, typed }
}

/** HTML of a text with its mentions as `chip` makes them; the reader of CommonMark wrote them as links. */
export function withChips(html: string, chip: (person: Mentioned) => string): string {
  return html.replace(/<a href="user\/([0-9a-f-]{36})">@([^<]*)<\/a>/g, (_whole, id: string, name: string) =>
    chip({ id, name }),
  )
}

/** The people that a text mentions, each once. */
export function mentionedIn(source: string): Mentioned[] {
  const { people } = shownText(source)
  return people.filter((one, position) => people.findIndex((other) => other.id === one.id) === position)
}

/** The plain words of a text, and between them the people that it mentions. */
export function splitMentions(source: string, plain: (text: string) => string): (string | Mentioned)[] {
  const people: Mentioned[] = []
  // Characters of private use, which no mark of CommonMark is made of, hold the place of each.
  const marked = source.replace(
    mention,
    (_whole, name: string, id: string) => `\uE000${people.push({ id, name }) - 1}\uE001`,
  )
  return plain(marked)
    .split(/\uE000(\d+)\uE001/)
    .map((part, position) => (position % 2 ? (people[Number(part)] as Mentioned) : part))
    .filter((part) => part !== '')
}
