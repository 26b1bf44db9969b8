import { useRouter } from '@tanstack/react-router'
import { micromark } from 'micromark'
import { type MouseEvent, useMemo } from 'react'
import { useSurroundings } from '../../dictionary/context'
import chips from '../../mentions/mentions.module.css'
import { mentionedIn, withChips } from '../../mentions/text'
import { useNames } from '../../mentions/useNames'
import styles from './rich_text.module.css'

/**
 * CommonMark as a page shows it, whom it mentions as chips. The reader writes no HTML of the source's own, and no address but http, https,
 * mailto and such.
 */
export default function Markdown({ source }: { source: string }) {
  const { dictionary } = useSurroundings()
  const router = useRouter()
  const nameOf = useNames(mentionedIn(source))
  const read = useMemo(() => micromark(source), [source])
  const people = `/e/${dictionary.environment.name}/${dictionary.entities.user?.collection ?? ''}`
  const html = withChips(
    read,
    (person) => `<a class="${chips.chip}" href="${people}/${person.id}" data-mention>@${escaped(nameOf(person))}</a>`,
  )
  // A mention leads to a screen of this application, without loading it anew.
  const follow = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest('a[data-mention]') : null
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    void router.navigate({ href: link.getAttribute('href') ?? '/' })
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the links inside have the keyboard; this hears their clicks
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above
    <div
      className={styles.prose}
      onClick={follow}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: micromark escapes HTML and drops unsafe addresses unless told otherwise
      dangerouslySetInnerHTML={{ __html: html }}
    />
  )
}

/** A name as HTML says it. One that comes from the text was read as HTML already. */
function escaped(name: string): string {
  return name
    .replace(/&(?!#?\w+;)/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
}
