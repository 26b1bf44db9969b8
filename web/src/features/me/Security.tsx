import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import type { Session } from '../../api/types'
import { PasswordForm } from '../../signIns/PasswordForm'
import { say } from '../../ui/toasts'
import { Devices } from './Devices'
import styles from './Me.module.css'
import { MePage } from './MePage'
import { Passkeys } from './Passkeys'
import { SecondFactor } from './SecondFactor'

/** What keeps others out of the person's account. */
export function Security() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const session = useQuery<Session>({ queryKey: keys.session, enabled: false }).data
  const changed = (found: Session) => {
    client.setQueryData(keys.session, found)
    void client.invalidateQueries({ queryKey: keys.signIns })
    say({ tone: 'done', text: t('password.changed'), hint: t('password.changedHint') })
  }
  return (
    <MePage title={t('security.title')} hint={t('security.hint')}>
      <section className={`${styles.sheet} ${styles.part}`} aria-labelledby="password">
        <h2 id="password">{t('password.title')}</h2>
        <PasswordForm
          email={session?.user.email ?? ''}
          presentLabel={t('password.present')}
          submit={t('password.change')}
          done={changed}
        />
      </section>
      <section className={`${styles.sheet} ${styles.part}`} aria-labelledby="factor">
        <h2 id="factor">{t('factor.title')}</h2>
        <SecondFactor />
      </section>
      <section className={styles.group} aria-labelledby="passkeys">
        <h2 id="passkeys">{t('passkey.title')}</h2>
        <p className="quiet">{t('passkey.hint')}</p>
        <Passkeys />
      </section>
      <section className={styles.group} aria-labelledby="devices">
        <h2 id="devices">{t('devices.title')}</h2>
        <p className="quiet">{t('devices.hint')}</p>
        <Devices />
      </section>
    </MePage>
  )
}
