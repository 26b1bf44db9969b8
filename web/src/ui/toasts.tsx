import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../icons/Icon'
import { IconAction } from './IconAction'
import styles from './toasts.module.css'

export interface Toast {
  id: number
  tone: 'done' | 'danger'
  text: string
  hint?: string | undefined
  action?: { label: string; run(): void } | undefined
}

let toasts: readonly Toast[] = []
let count = 0
const listeners = new Set<() => void>()

function set(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

/** Says something briefly at the foot of the screen; returns how to take it back. A fault stays until it is closed. */
export function say(
  toast: Omit<Toast, 'id'>,
  lasting_ms = toast.tone === 'danger' ? Number.POSITIVE_INFINITY : 4000,
): () => void {
  count += 1
  const id = count
  const close = () => set(toasts.filter((other) => other.id !== id))
  set([...toasts.slice(-2), { ...toast, id }])
  if (Number.isFinite(lasting_ms)) setTimeout(close, lasting_ms)
  return close
}

/** Where toasts appear. */
export function Toasts() {
  const { t } = useTranslation()
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
  return (
    <section className={styles.area} aria-live="polite" aria-label={t('common.dismiss')}>
      {shown.map((toast) => (
        <div
          key={toast.id}
          className={styles.toast}
          data-tone={toast.tone}
          role={toast.tone === 'danger' ? 'alert' : undefined}
        >
          <Icon name={toast.tone === 'done' ? 'check' : 'alert-circle'} />
          <span className={styles.text}>
            {toast.text}
            {toast.hint && <small>{toast.hint}</small>}
          </span>
          {toast.action && (
            <button
              type="button"
              className={styles.action}
              onClick={() => {
                toast.action?.run()
                set(toasts.filter((other) => other.id !== toast.id))
              }}
            >
              {toast.action.label}
            </button>
          )}
          <IconAction
            icon="x"
            size={24}
            label={t('common.dismiss')}
            onClick={() => set(toasts.filter((other) => other.id !== toast.id))}
          />
        </div>
      ))}
    </section>
  )
}
