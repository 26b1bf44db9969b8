import { Button, PasswordInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../api/problem'
import type { Session } from '../api/types'
import { source } from '../app/source'
import { Notice } from '../ui/Notice'
import { ProblemNotice } from '../ui/ProblemNotice'
import styles from './PasswordForm.module.css'
import { PresentPassword } from './PresentPassword'

interface Props {
  /** Whose it is: password managers file it under that name. */
  email: string
  presentLabel: string
  submit: string
  size?: 'sm' | 'md'
  done(session: Session): void
}

/** Replaces one's password by another that one chooses: the present one is asked, typed once more the new one is not, it can be shown. */
export function PasswordForm({ email, presentLabel, submit, size = 'sm', done }: Props) {
  const { t } = useTranslation()
  const hint = useId()
  const [present, setPresent] = useState('')
  const [password, setPassword] = useState('')
  const change = useMutation({
    mutationFn: () => source.session.changePassword(present, password),
    onSuccess: (session) => {
      setPresent('')
      setPassword('')
      done(session)
    },
  })
  const problem = change.error && asProblem(change.error)
  const faults = problem?.details.fields ?? {}
  const general = problem && Object.keys(faults).length === 0
  const wait = problem?.details.retry_after_s
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (!change.isPending) change.mutate()
  }
  return (
    <form className={styles.form} onSubmit={onSubmit}>
      {general &&
        (problem.status === 429 ? (
          <Notice tone="warning" title={t('signIn.throttled', { count: wait ?? 30 })} />
        ) : (
          <ProblemNotice problem={problem} />
        ))}
      <input type="text" autoComplete="username" value={email} readOnly hidden />
      <PresentPassword label={presentLabel} value={present} onChange={setPresent} error={change.error} size={size} />
      <PasswordInput
        label={t('password.new')}
        description={t('password.rules')}
        inputWrapperOrder={['label', 'input', 'error', 'description']}
        id={hint}
        autoComplete="new-password"
        required
        withAsterisk={false}
        minLength={10}
        size={size}
        value={password}
        error={faults.password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Button type="submit" className={styles.submit} loading={change.isPending}>
        {submit}
      </Button>
    </form>
  )
}
