import { useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { source } from '../../app/source'
import { FactorEnrolment } from '../../signIns/FactorEnrolment'
import { Mark } from '../../ui/Mark'
import styles from './SignIn.module.css'
import { Weave } from './Weave'

/** Whoever enters an environment that asks for a second factor, and has none, adds one first. */
export function AddFactor() {
  const { t } = useTranslation()
  const { to } = useSearch({ from: '/second-factor' })
  const router = useRouter()
  const client = useQueryClient()
  const done = async () => {
    client.setQueryData(keys.session, await source.session.read())
    await router.navigate({ href: to ?? '/' })
  }
  const leave = async () => {
    await source.session.signOut()
    window.location.assign('/sign-in')
  }
  return (
    <div className={styles.page}>
      <main className={styles.side} id="content">
        <div className={styles.form}>
          <p className={styles.name}>
            <Mark size={30} />
            {t('app.name')}
          </p>
          <h1>{t('factor.needed.title')}</h1>
          <p className="quiet">{t('factor.needed.hint')}</p>
          <FactorEnrolment done={() => void done()} size="md" />
        </div>
        <button type="button" className={styles.language} onClick={() => void leave()}>
          {t('frame.signOut')}
        </button>
      </main>
      <aside className={styles.cloth} aria-hidden="true">
        <Weave />
        <p className={styles.tagline}>{t('signIn.tagline')}</p>
      </aside>
    </div>
  )
}
