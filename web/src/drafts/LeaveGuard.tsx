import { Button, Modal } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { link } from '../app/source'
import styles from './LeaveGuard.module.css'

interface Ways {
  /** Gives up what was typed. */
  discard(): void
  /** Keeps it for later. */
  setAside(): void
}

interface Props extends Ways {
  typed: boolean
  /** What was typed is on its way already. */
  sent: boolean
  /** Whether a path is still this form. */
  stays(path: string): boolean
}

/** Asks before edits are left behind. The browser asks in its own words before the tab is closed. */
export function LeaveGuard({ typed, sent, discard, setAside, stays }: Props) {
  const blocker = useBlocker({
    shouldBlockFn: ({ next }) => typed && !sent && !stays(next.pathname),
    enableBeforeUnload: () => typed && !link.read().leaving,
    withResolver: true,
  })
  if (blocker.status !== 'blocked') return null
  const then = (leave: () => void) => () => {
    leave()
    blocker.proceed()
  }
  return <LeaveDialog discard={then(discard)} setAside={then(setAside)} stay={blocker.reset} />
}

/** Asks what becomes of what was typed. */
export function LeaveDialog({ discard, setAside, stay }: Ways & { stay(): void }) {
  const { t } = useTranslation()
  return (
    <Modal opened onClose={stay} title={t('record.leave.title')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <p className={styles.hint}>{t('record.leave.hint')}</p>
      <div className={styles.actions}>
        <Button variant="subtle" onClick={discard}>
          {t('record.leave.discard')}
        </Button>
        <Button variant="default" onClick={setAside}>
          {t('record.leave.setAside')}
        </Button>
        <Button data-autofocus onClick={stay}>
          {t('record.leave.stay')}
        </Button>
      </div>
    </Modal>
  )
}
