import styles from './Initials.module.css'

/** `Ada Lenoir` → `AL`. */
export function initialsOf(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean)
  const [first = '?', ...rest] = words
  return (first.charAt(0) + (rest.at(-1)?.charAt(0) ?? '')).toUpperCase()
}

/** A person, by their initials; the name is said beside it. */
export function Initials({ name, size = 28 }: { name: string; size?: number }) {
  return (
    <span className={styles.initials} aria-hidden="true" style={{ width: size, height: size, fontSize: size * 0.4 }}>
      {initialsOf(name)}
    </span>
  )
}
