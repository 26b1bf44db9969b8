import styles from './Kbd.module.css'

/** A key, as it is written on it. */
export function Kbd({ children }: { children: string }) {
  return <kbd className={styles.key}>{children}</kbd>
}
