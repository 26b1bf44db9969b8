import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../../api/problem'
import { source } from '../../app/source'
import { Notice } from '../../ui/Notice'
import { problemWords } from '../../ui/ProblemNotice'
import { Door } from './Door'
import styles from './SignIn.module.css'

/** Asks for a link to choose another password: what is answered does not tell whether anybody has the address. */
export function ForgottenPassword() {
  const { t } = useTranslation()
  const typed = useLocation({ select: ({ state }) => state.email })
  const [email, setEmail] = useState(typed ?? '')
  const ask = useMutation({ mutationFn: () => source.session.passwordForgotten(email.trim()) })
  const problem = ask.error && asProblem(ask.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!ask.isPending) ask.mutate()
  }
  if (ask.isSuccess)
    return (
      <Door title={t('link.asked.title')} hint={t('link.asked.hint', { email: email.trim() })}>
        <p className="quiet">{t('link.asked.nothing')}</p>
        <Link to="/sign-in" state={{ email }}>
          {t('link.back')}
        </Link>
      </Door>
    )
  return (
    <Door title={t('link.forgotten.title')} hint={t('link.forgotten.hint')}>
      <form className={styles.part} onSubmit={submit}>
        {problem && <Refusal problem={problem} />}
        <TextInput
          label={t('signIn.email')}
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          autoFocus
          size="md"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Button type="submit" fullWidth loading={ask.isPending} styles={{ root: { height: 40 } }}>
          {t('link.forgotten.submit')}
        </Button>
      </form>
      <Link to="/sign-in" state={{ email }}>
        {t('link.back')}
      </Link>
    </Door>
  )
}

function Refusal({ problem }: { problem: ReturnType<typeof asProblem> }) {
  const { t } = useTranslation()
  const wait = problem.details.retry_after_s
  if (problem.status === 429) return <Notice tone="warning" title={t('signIn.throttled', { count: wait ?? 30 })} />
  if (problem.code === 'conflict') return <Notice tone="warning" title={t('link.noMail')} />
  const { title, hint } = problemWords(problem, t)
  return <Notice tone="danger" title={title} hint={hint} />
}
