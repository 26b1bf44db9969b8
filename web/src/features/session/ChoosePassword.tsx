import { Button, PasswordInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { AccountLink } from '../../api/types'
import { source } from '../../app/source'
import { speak } from '../../i18n/i18n'
import { CodeFields } from '../../signIns/CodeFields'
import { useSignIn } from '../../signIns/useSignIn'
import { Bar, Late } from '../../ui/Late'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Door } from './Door'
import styles from './SignIn.module.css'
import { SignInRefusal } from './SignInRefusal'

/** Where the link of a letter leads: one chooses a password, and is signed in by it. What the link proves stands after the `#`, and goes to no server by itself. */
export function ChoosePassword() {
  const { t } = useTranslation()
  const [link] = useState(() => window.location.hash.slice(1))
  const found = useQuery({
    queryKey: keys.accountLink(link),
    queryFn: async () => {
      const shown = await source.session.link(link)
      speak(shown.language)
      return shown
    },
    retry: false,
    // It is for its person, in this tab: read once.
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (found.data) return <Choose link={link} shown={found.data} />
  if (found.error && asProblem(found.error).code !== 'link_over')
    return (
      <Door title={t('link.choose.title')}>
        <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />
      </Door>
    )
  if (found.error) return <Over />
  return (
    <Door title={t('link.choose.title')}>
      <Late label={t('common.loading')}>
        <Bar width="70%" />
      </Late>
    </Door>
  )
}

/** The link was used, or is too old. */
function Over() {
  const { t } = useTranslation()
  return (
    <Door title={t('link.over.title')} hint={t('link.over.hint')}>
      <Link to="/forgotten-password">{t('link.over.again')}</Link>
      <Link to="/sign-in">{t('link.back')}</Link>
    </Door>
  )
}

function Choose({ link, shown }: { link: string; shown: AccountLink }) {
  const { t } = useTranslation()
  const router = useRouter()
  const client = useQueryClient()
  const signing = useSignIn(shown.email, async (session) => {
    client.clear()
    client.setQueryData(keys.session, session)
    await router.navigate({ to: '/', replace: true })
  })
  const choose = useMutation({
    mutationFn: () => source.session.choosePassword(link, signing.password),
    onSuccess: signing.send,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (choose.isPending) return
    if (choose.isSuccess) signing.send()
    else choose.mutate()
  }
  const problem = choose.error && asProblem(choose.error)
  const faults = problem?.details.fields ?? {}
  if (problem?.code === 'link_over') return <Over />
  const [title, hint] = signing.codeAsked
    ? [t('factor.asked'), shown.email]
    : shown.purpose === 'invitation'
      ? [
          t('link.choose.welcome', { name: shown.name }),
          t('link.choose.into', { environment: shown.environment ?? '' }),
        ]
      : [t('link.choose.title'), t('link.choose.other')]
  return (
    <Door title={title} hint={hint}>
      <form className={styles.part} onSubmit={submit}>
        {problem && Object.keys(faults).length === 0 && <ProblemNotice problem={problem} />}
        {signing.refusal && <SignInRefusal thrown={signing.refusal} />}
        {signing.codeAsked ? (
          <CodeFields signing={signing} size="md" />
        ) : (
          <>
            <input type="text" autoComplete="username" value={shown.email} readOnly hidden />
            <PasswordInput
              label={t('password.new')}
              description={t('password.rules')}
              inputWrapperOrder={['label', 'input', 'error', 'description']}
              autoComplete="new-password"
              required
              withAsterisk={false}
              minLength={10}
              autoFocus
              size="md"
              value={signing.password}
              error={faults.password}
              onChange={(event) => signing.setPassword(event.currentTarget.value)}
            />
          </>
        )}
        {choose.isSuccess && !signing.codeAsked && <Notice tone="info" title={t('link.choose.done')} />}
        <Button type="submit" fullWidth loading={choose.isPending || signing.pending} styles={{ root: { height: 40 } }}>
          {t(signing.codeAsked ? 'signIn.submit' : 'link.choose.submit')}
        </Button>
      </form>
    </Door>
  )
}
