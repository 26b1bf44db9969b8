import type { ReactNode } from 'react'
import { Icon } from '../icons/Icon'
import styles from './messages.module.css'

const icons = { danger: 'alert-circle', warning: 'alert-triangle', info: 'info-circle' } as const

/** A message in the page: what happened, what is safe, what to do. Announced when it is a fault. */
export function Notice(props: {
  tone: keyof typeof icons
  title: string
  hint?: string | undefined
  children?: ReactNode
}) {
  const { tone, title, hint, children } = props
  return (
    <div className={styles.notice} data-tone={tone} role={tone === 'danger' ? 'alert' : 'status'}>
      <Icon name={icons[tone]} />
      <div className={styles.noticeText}>
        <p>{title}</p>
        {hint && <small>{hint}</small>}
      </div>
      {children}
    </div>
  )
}
