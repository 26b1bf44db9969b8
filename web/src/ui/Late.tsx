import type { ReactNode } from 'react'
import styles from './Late.module.css'

/** Shown only when waiting lasts: what comes within 150 ms needs no skeleton. */
export function Late({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles.late} role="status" aria-label={label}>
      {children}
    </div>
  )
}

/** A grey bar where a word will be. */
export function Bar({ width }: { width: string }) {
  return <span className={styles.bar} style={{ width }} aria-hidden="true" />
}
