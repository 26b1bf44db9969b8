import { Button, Modal, PasswordInput, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import type { Session } from '../../api/types'
import { link, useStanding } from '../../app/source'
import { CodeFields } from '../../signIns/CodeFields'
import { PasskeyButton } from '../../signIns/PasskeyButton'
import { noPasskeysHere } from '../../signIns/passkeys'
import { useSignIn } from '../../signIns/useSignIn'
import styles from './SignInAgain.module.css'
import { SignInRefusal } from './SignInRefusal'

/**
 * Asks whoever works here to sign in again, on top of what they were doing. Somebody who is typing is not interrupted: the bar of the frame
 * says it, and this opens when they save, or ask for it.
 */
export function SignInAgain() {
  const { signedIn, waiting, asked, leaving } = useStanding()
  const over = !signedIn && !leaving
  // Asked anew each time the session is found to be over, and each time something waits for it.
  useEffect(() => {
    if (over && (waiting > 0 || !isTyping())) link.ask(true)
  }, [over, waiting])
  if (!over || !asked) return null
  return <Ask waiting={waiting} close={() => link.ask(false)} />
}

function isTyping(): boolean {
  return document.activeElement?.matches('input, textarea, select, [contenteditable=true]') ?? false
}

function Ask({ waiting, close }: { waiting: number; close(): void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const known = useQuery<Session>({ queryKey: keys.session, enabled: false }).data?.user
  const entered = (session: Session) => {
    if (session.to_settle) {
      window.location.assign(`/new-password?to=${encodeURIComponent(window.location.pathname)}`)
      return
    }
    // Somebody else begins anew elsewhere, the page is on its way there.
    if (!known || session.user.id === known.id) client.setQueryData(keys.session, session)
  }
  const signing = useSignIn(known?.email ?? '', entered)
  const other = known !== undefined && signing.email.trim().toLowerCase() !== known.email.toLowerCase()
  return (
    <Modal
      opened
      onClose={close}
      closeOnClickOutside={false}
      title={t('signIn.again.title')}
      zIndex={400}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form className={styles.form} onSubmit={signing.submit}>
        <p className={styles.hint}>{waiting > 0 ? t('signIn.again.hintWaiting') : t('signIn.again.hint')}</p>
        {signing.refusal && <SignInRefusal thrown={signing.refusal} />}
        {signing.codeAsked ? (
          <CodeFields signing={signing} />
        ) : (
          <>
            <TextInput
              label={t('signIn.email')}
              description={other ? t('signIn.again.other', { name: known.name }) : undefined}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              type="email"
              autoComplete="username"
              required
              withAsterisk={false}
              value={signing.email}
              onChange={(event) => signing.setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label={t('signIn.password')}
              autoComplete="current-password"
              required
              withAsterisk={false}
              data-autofocus
              value={signing.password}
              onChange={(event) => signing.setPassword(event.currentTarget.value)}
            />
          </>
        )}
        <div className={styles.actions}>
          <Button type="submit" loading={signing.pending}>
            {t('signIn.again.submit')}
          </Button>
        </div>
        {!signing.codeAsked && !noPasskeysHere() && <PasskeyButton entered={entered} />}
      </form>
    </Modal>
  )
}
