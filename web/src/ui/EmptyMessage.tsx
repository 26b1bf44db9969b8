import type { ReactNode } from 'react'
import { Icon } from '../icons/Icon'
import styles from './messages.module.css'

/** Says why there is nothing, and offers what to do next. */
export function EmptyMessage({
  icon,
  title,
  hint,
  children,
}: {
  icon?: string | null
  title: string
  hint?: string
  children?: ReactNode
}) {
  return (
    <div className={styles.empty}>
      {icon && (
        <span className={styles.emptyIcon}>
          <Icon name={icon} size={22} />
        </span>
      )}
      <h2>{title}</h2>
      {hint && <p>{hint}</p>}
      {children && <div className={styles.actions}>{children}</div>}
    </div>
  )
}
