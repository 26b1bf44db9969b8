import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { speak } from '../../i18n/i18n'
import { Mark } from '../../ui/Mark'
import styles from './SignIn.module.css'
import { Weave } from './Weave'

/** The page of who is not in yet: one thing to do, and the other language. */
export function Door({ title, hint, children }: { title: string; hint?: string | undefined; children: ReactNode }) {
  const { t, i18n } = useTranslation()
  const other = i18n.language === 'fr' ? 'en' : 'fr'
  return (
    <div className={styles.page}>
      <main className={styles.side} id="content">
        <div className={styles.form}>
          <p className={styles.name}>
            <Mark size={30} />
            {t('app.name')}
          </p>
          <h1>{title}</h1>
          {hint && <p className="quiet">{hint}</p>}
          {children}
        </div>
        <button type="button" className={styles.language} lang={other} onClick={() => speak(other)}>
          {other === 'fr' ? 'Français' : 'English'}
        </button>
      </main>
      <aside className={styles.cloth} aria-hidden="true">
        <Weave />
        <p className={styles.tagline}>{t('signIn.tagline')}</p>
      </aside>
    </div>
  )
}
