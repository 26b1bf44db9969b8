import { textFilter } from '../filters/text'
import { TextControl } from '../shared/TextControl'
import { defineField, textOf } from '../types'

/** Without what everybody skips when reading: `https://www.` and a last `/`. */
function short(address: string): string {
  return address.replace(/^https?:\/\/(www\.)?/, '').replace(/\/$/, '')
}

/** What was typed as an address: `acme.fr` gets its scheme. */
function complete(typed: string): string {
  const text = typed.trim()
  return /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`
}

export const url = defineField<string>({
  of: textOf,
  text: (value) => value,
  // Only web addresses become links: a `javascript:` one would run here.
  Display: ({ value }) =>
    /^https?:\/\//i.test(value) ? (
      <a href={value} target="_blank" rel="noreferrer noopener">
        {short(value)}
      </a>
    ) : (
      <span>{value}</span>
    ),
  Cell: ({ value }) => <>{short(value)}</>,
  Input: (props) => (
    <TextControl {...props} type="text" inputMode="url" shown={(value) => value} understood={complete} />
  ),
  filter: textFilter,
  width: 180,
})
