import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import type { Session } from '../../api/types'
import { source } from '../../app/source'
import { PasswordForm } from '../../signIns/PasswordForm'
import { Mark } from '../../ui/Mark'
import styles from './SignIn.module.css'
import { Weave } from './Weave'

/** Whoever signed in with a password that somebody gave them chooses one of their own before anything else. */
export function NewPassword() {
  const { t } = useTranslation()
  const { to } = useSearch({ from: '/new-password' })
  const router = useRouter()
  const client = useQueryClient()
  const session = useQuery<Session>({ queryKey: keys.session, enabled: false }).data
  const done = (found: Session) => {
    client.setQueryData(keys.session, found)
    void router.navigate({ href: to ?? '/' })
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
          <h1>{t('password.first.title')}</h1>
          <p className="quiet">{t('password.first.hint', { name: session?.user.name ?? '' })}</p>
          <PasswordForm
            email={session?.user.email ?? ''}
            presentLabel={t('password.first.given')}
            submit={t('password.first.submit')}
            size="md"
            done={done}
          />
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
