import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../api/problem'
import { source } from '../app/source'
import { Notice } from '../ui/Notice'
import { ProblemNotice } from '../ui/ProblemNotice'
import { CodeInput } from './CodeFields'
import styles from './FactorEnrolment.module.css'
import { PresentPassword } from './PresentPassword'
import { RecoveryCodes } from './RecoveryCodes'

/** Adds a second factor in three steps: the password, an application that scans, the codes for when it is lost. */
export function FactorEnrolment({ done, size = 'sm' }: { done(): void; size?: 'sm' | 'md' }) {
  const { t } = useTranslation()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const begin = useMutation({
    mutationFn: () => source.session.secondFactor.begin(password),
    onSuccess: () => setPassword(''),
  })
  const confirm = useMutation({ mutationFn: () => source.session.secondFactor.confirm(code) })
  const step = (run: () => void) => (event: FormEvent) => {
    event.preventDefault()
    run()
  }
  if (confirm.data) return <RecoveryCodes codes={confirm.data} done={done} />
  if (begin.data) {
    const { secret, qr } = begin.data
    return (
      <form className={styles.form} onSubmit={step(() => !confirm.isPending && confirm.mutate())}>
        <p>{t('factor.scan')}</p>
        <img
          className={styles.qr}
          src={`data:image/svg+xml,${encodeURIComponent(qr)}`}
          alt={t('factor.qr')}
          width={220}
          height={220}
        />
        <p className="quiet">
          {t('factor.type')} <code className={styles.secret}>{secret.match(/.{1,4}/g)?.join(' ')}</code>
        </p>
        <Fault error={confirm.error} field="code" />
        <CodeInput
          label={t('factor.firstCode')}
          size={size}
          value={code}
          error={confirm.error ? asProblem(confirm.error).details.fields?.code : undefined}
          onChange={setCode}
          focused
        />
        <Button type="submit" className={styles.submit} loading={confirm.isPending}>
          {t('factor.confirm')}
        </Button>
      </form>
    )
  }
  return (
    <form className={styles.form} onSubmit={step(() => !begin.isPending && begin.mutate())}>
      <p className="quiet">{t('factor.why')}</p>
      <Fault error={begin.error} field="present" />
      <PresentPassword value={password} onChange={setPassword} error={begin.error} size={size} />
      <Button type="submit" className={styles.submit} loading={begin.isPending}>
        {t('factor.add')}
      </Button>
    </form>
  )
}

/** What is wrong, unless the field says it. */
export function Fault({ error, field }: { error: Error | null; field: string }) {
  const { t } = useTranslation()
  if (!error) return null
  const problem = asProblem(error)
  if (problem.details.fields?.[field]) return null
  if (problem.status === 429)
    return <Notice tone="warning" title={t('signIn.throttled', { count: problem.details.retry_after_s ?? 30 })} />
  return <ProblemNotice problem={problem} />
}
