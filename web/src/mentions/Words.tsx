import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import { useSurroundings } from '../dictionary/context'
import { plainWords } from '../fields/rich_text/plain'
import styles from './mentions.module.css'
import { type Mentioned, mentionedIn, splitMentions } from './text'
import { useNames } from './useNames'

/** The people that a rich text mentions, as chips: where its words are said already. */
export function People({ source }: { source: string }) {
  const people = mentionedIn(source)
  const nameOf = useNames(people)
  return (
    <>
      {people.map((one) => (
        <Chip key={one.id} id={one.id} name={nameOf(one)} />
      ))}
    </>
  )
}

function Chip({ id, name }: Mentioned) {
  const { dictionary } = useSurroundings()
  const collection = dictionary.entities.user?.collection ?? ''
  return (
    <Link
      to="/e/$env/$collection/$id"
      params={{ env: dictionary.environment.name, collection, id }}
      className={styles.chip}
    >
      @{name}
    </Link>
  )
}

/** The words of a rich text on one line, whom it mentions as chips. */
export function Words({ source }: { source: string }) {
  const nameOf = useNames(mentionedIn(source))
  return (
    <>
      {splitMentions(source, plainWords).map((part, position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other name
        <Fragment key={position}>
          {typeof part === 'string' ? part : <Chip id={part.id} name={nameOf(part)} />}
        </Fragment>
      ))}
    </>
  )
}
