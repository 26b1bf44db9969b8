import type { Field } from '../../../api/types'
import { shownText } from '../../../mentions/text'

/** The properties of a note: its first line names it; the whole is its text, unless the name says it all. */
export function noteOf(written: string, title: Field | null, text: string): Record<string, string> {
  const whole = written.trim()
  if (!title) return { [text]: whole }
  // A name says people by their names: who they are is in the text.
  const first = shownText((whole.split('\n')[0] ?? '').trim()).text
  const most = title.max_length ?? 200
  const characters = [...first]
  const name = characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : first
  return name === whole ? { [title.name]: name } : { [title.name]: name, [text]: whole }
}
