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
  const { t } = useTranslation()
  const blocker = useBlocker({
    shouldBlockFn: ({ next }) => dirty && !stays(next.pathname),
    enableBeforeUnload: false,
    withResolver: true,
  })
  if (blocker.status !== 'blocked') return null
  return (
    <Modal
      opened
      onClose={blocker.reset}
      title={t('record.leave.title')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <p className={styles.hint}>{t('record.leave.hint')}</p>
      <div className={styles.actions}>
        <Button
          variant="default"
          onClick={() => {
            discard()
            blocker.proceed()
          }}
        >
          {t('record.leave.go')}
        </Button>
        <Button data-autofocus onClick={blocker.reset}>
          {t('record.leave.stay')}
        </Button>
      </div>
    </Modal>
  )
}
