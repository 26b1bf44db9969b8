import styles from './Tag.module.css'

const known = ['ink', 'pastel', 'madder', 'weld', 'sage', 'plum', 'teal', 'clay']

/** A value of a list: its colour as a mark, its word always with it. */
export function Tag({ colour, word, faded }: { colour: string | null | undefined; word: string; faded?: boolean }) {
  const name = colour && known.includes(colour) ? colour : null
  return (
    <span className={styles.tag} data-faded={faded || undefined}>
      <span className={styles.dot} data-colour={name ?? 'none'} aria-hidden="true" />
      <span className={styles.word}>{word}</span>
    </span>
  )
}

/** Colours a list value may have. */
export const tagColours = known
