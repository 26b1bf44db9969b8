import { Button, Modal } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import styles from './ConflictDialog.module.css'

interface Props {
  dirty: boolean
  discard(): void
  /** Whether a path is still this form. */
  stays(path: string): boolean
}

/** Asks before edits are left behind. A reload asks nothing: it finds them again. */
export function LeaveGuard({ dirty, discard, stays }: Props) {
  const blocker = useBlocker({
    shouldBlockFn: ({ next }) => dirty && !stays(next.pathname),
    enableBeforeUnload: false,
    withResolver: true,
  })
  if (blocker.status !== 'blocked') return null
  const go = () => {
    discard()
    blocker.proceed()
  }
  return <LeaveDialog go={go} stay={blocker.reset} />
}

/** Asks whether what was typed may be lost. */
export function LeaveDialog({ go, stay }: { go(): void; stay(): void }) {
  const { t } = useTranslation()
  return (
    <Modal opened onClose={stay} title={t('record.leave.title')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <p className={styles.hint}>{t('record.leave.hint')}</p>
      <div className={styles.actions}>
        <Button variant="default" onClick={go}>
          {t('record.leave.go')}
        </Button>
        <Button data-autofocus onClick={stay}>
          {t('record.leave.stay')}
        </Button>
      </div>
    </Modal>
  )
}
