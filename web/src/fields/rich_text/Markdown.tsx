import { micromark } from 'micromark'
import { useMemo } from 'react'
import styles from './rich_text.module.css'

/** CommonMark as a page shows it. The reader writes no HTML of the source's own, and no address but http, https, mailto and such. */
export default function Markdown({ source }: { source: string }) {
  const html = useMemo(() => micromark(source), [source])
  // biome-ignore lint/security/noDangerouslySetInnerHtml: micromark escapes HTML and drops unsafe addresses unless told otherwise
  return <div className={styles.prose} dangerouslySetInnerHTML={{ __html: html }} />
}
