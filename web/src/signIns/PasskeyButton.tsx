import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Problem } from '../api/problem'
import type { Session } from '../api/types'
import { Icon } from '../icons/Icon'
import { Notice } from '../ui/Notice'
import { problemWords } from '../ui/ProblemNotice'
import styles from './ProviderButtons.module.css'
import { usePasskey } from './usePasskey'

interface Props {
  entered(session: Session): void | Promise<void>
  /** Offered in the field of the address too. */
  autofill?: boolean
}

/** Signing in by a passkey; where there are none, why. */
export function PasskeyButton({ entered, autofill = false }: Props) {
  const { t } = useTranslation()
  const { not, fault, pending, ask } = usePasskey(entered, autofill)
  if (not) return <p className={`${styles.note} quiet`}>{t(`passkey.notHere.${not}`)}</p>
  return (
    <>
      <p className={styles.or}>{t('passkey.or')}</p>
      {fault && <Refusal fault={fault} />}
      <Button
        variant="default"
        fullWidth
        styles={{ root: { height: 40 } }}
        leftSection={<Icon name="fingerprint" size={18} />}
        loading={pending}
        onClick={ask}
      >
        {t('passkey.signIn')}
      </Button>
    </>
  )
}

function Refusal({ fault }: { fault: Error }) {
  const { t } = useTranslation()
  if (!(fault instanceof Problem)) return <Notice tone="info" title={t('passkey.givenUp')} />
  if (fault.code === 'passkey_refused') return <Notice tone="danger" title={t('passkey.refused')} />
  if (fault.code === 'ceremony_over') return <Notice tone="warning" title={t('passkey.over')} />
  if (fault.status === 429)
    return <Notice tone="warning" title={t('signIn.throttled', { count: fault.details.retry_after_s ?? 30 })} />
  const { title, hint } = problemWords(fault, t)
  return <Notice tone="danger" title={title} hint={hint} />
}
