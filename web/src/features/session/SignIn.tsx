import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useLocation, useRouter, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import type { Session } from '../../api/types'
import { speak } from '../../i18n/i18n'
import { CodeFields } from '../../signIns/CodeFields'
import { PasskeyButton } from '../../signIns/PasskeyButton'
import { ProviderButtons } from '../../signIns/ProviderButtons'
import { ProviderRefusal } from '../../signIns/ProviderRefusal'
import { useProviders } from '../../signIns/useProviders'
import { useSignIn } from '../../signIns/useSignIn'
import { Door } from './Door'
import styles from './SignIn.module.css'
import { SignInRefusal } from './SignInRefusal'

export function SignIn() {
  const { t } = useTranslation()
  const { to, refused } = useSearch({ from: '/sign-in' })
  const router = useRouter()
  const client = useQueryClient()
  const entered = async (session: Session) => {
    client.clear()
    client.setQueryData(keys.session, session)
    if (session.user.language === 'fr' || session.user.language === 'en') speak(session.user.language)
    await router.navigate({ href: to ?? '/' })
  }
  const typed = useLocation({ select: ({ state }) => state.email })
  const signing = useSignIn(typed ?? '', entered)
  const providers = useProviders(signing.email)
  const goneTo = providers.filter((one) => one.protocol === 'oidc')
  const directory = providers.find((one) => one.protocol === 'ldap')
  // Whoever comes by the front door, the product's or an environment's, has lost nothing.
  const front = !to || /^\/(e\/[^/]+\/?)?$/.test(to)
  const hint = t(front ? 'signIn.welcome' : 'signIn.expired')
  return (
    <Door
      title={t(signing.codeAsked ? 'factor.asked' : 'signIn.title')}
      hint={signing.codeAsked ? signing.email : hint}
    >
      <form className={styles.part} onSubmit={signing.submit}>
        {refused && !signing.refusal && !signing.codeAsked && <ProviderRefusal reason={refused} />}
        {signing.refusal && <SignInRefusal thrown={signing.refusal} />}
        {signing.codeAsked ? (
          <CodeFields signing={signing} size="md" />
        ) : (
          <>
            <TextInput
              label={t('signIn.email')}
              type="email"
              autoComplete="username webauthn"
              required
              withAsterisk={false}
              autoFocus
              size="md"
              value={signing.email}
              onChange={(event) => signing.setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label={t('signIn.password')}
              description={directory && t('signIn.ofDirectory', { name: directory.name })}
              inputWrapperOrder={['label', 'input', 'error', 'description']}
              autoComplete="current-password"
              required
              withAsterisk={false}
              size="md"
              value={signing.password}
              onChange={(event) => signing.setPassword(event.currentTarget.value)}
            />
            <Link to="/forgotten-password" state={{ email: signing.email }} className={styles.aside}>
              {t('link.forgotten.ask')}
            </Link>
          </>
        )}
        <Button type="submit" fullWidth loading={signing.pending} styles={{ root: { height: 40 } }}>
          {t('signIn.submit')}
        </Button>
        {!signing.codeAsked && <PasskeyButton entered={entered} autofill />}
        {!signing.codeAsked && <ProviderButtons providers={goneTo} to={to} />}
        {signing.codeAsked && (
          <Button variant="subtle" onClick={signing.back}>
            {t('factor.back')}
          </Button>
        )}
      </form>
    </Door>
  )
}
