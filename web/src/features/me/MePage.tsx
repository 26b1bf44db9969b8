import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { Notice } from '../../ui/Notice'
import styles from './Me.module.css'

/** A page about the person themselves, and the way to the others. */
export function MePage({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  const { t } = useTranslation()
  const { dictionary } = useSurroundings()
  const params = { env: dictionary.environment.name }
  const current = { activeProps: { 'data-current': true }, activeOptions: { exact: true } }
  return (
    <div className={styles.page}>
      <nav className={styles.pages} aria-label={t('frame.account')}>
        <Link to="/me/$env" params={params} {...current}>
          {t('preferences.title')}
        </Link>
        <Link to="/me/$env/security" params={params} {...current}>
          {t('security.title')}
        </Link>
        <Link to="/me/$env/sessions" params={params} {...current}>
          {t('signIns.title')}
        </Link>
        <Link to="/me/$env/sign-ins" params={params} {...current}>
          {t('signInEvents.mine.title')}
        </Link>
        <Link to="/me/$env/about" params={params} {...current}>
          {t('about.title')}
        </Link>
      </nav>
      <header>
        <h1>{title}</h1>
        {hint && <p className="quiet">{hint}</p>}
      </header>
      {dictionary.me.viewed && <Notice tone="info" title={t('frame.viewed.private', { name: dictionary.me.name })} />}
      {children}
    </div>
  )
}
