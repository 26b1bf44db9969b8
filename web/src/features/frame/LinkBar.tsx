import { useTranslation } from 'react-i18next'
import { link, useStanding } from '../../app/source'
import { useLiveConnection } from '../../live/live'
import styles from './LinkBar.module.css'

/** Says, as long as it lasts, that the server does not answer, that the session is over, or that what others change does not arrive. */
export function LinkBar() {
  const { t } = useTranslation()
  const { reachable, signedIn, waiting } = useStanding()
  const connected = useLiveConnection()
  return (
    <div role="status">
      {!reachable ? (
        <p className={styles.bar}>
          {t('frame.offline')} {waiting > 0 && t('frame.offlineWaiting', { count: waiting })}
        </p>
      ) : !signedIn ? (
        <p className={styles.bar}>
          {t('frame.sessionOver')}{' '}
          <button type="button" className={styles.action} onClick={() => link.ask(true)}>
            {t('frame.signInAgain')}
          </button>
        </p>
      ) : (
        !connected && <p className={styles.bar}>{t('frame.reconnecting')}</p>
      )}
    </div>
  )
}
