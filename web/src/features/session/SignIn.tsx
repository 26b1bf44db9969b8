import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { source } from '../../app/source'
import { speak } from '../../i18n/i18n'
import { Mark } from '../../ui/Mark'
import styles from './SignIn.module.css'
import { SignInRefusal } from './SignInRefusal'
import { Weave } from './Weave'

export function SignIn() {
  const { t, i18n } = useTranslation()
  const { to } = useSearch({ from: '/sign-in' })
  const router = useRouter()
  const client = useQueryClient()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    mutationFn: () => source.session.signIn(email.trim(), password),
    onSuccess: async (session) => {
      client.clear()
      client.setQueryData(keys.session, session)
      if (session.user.language === 'fr' || session.user.language === 'en') speak(session.user.language)
      await router.navigate({ href: to ?? '/' })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!signIn.isPending) signIn.mutate()
  }
  const other = i18n.language === 'fr' ? 'en' : 'fr'
  return (
    <div className={styles.page}>
      <main className={styles.side} id="content">
        <form className={styles.form} onSubmit={submit}>
          <p className={styles.name}>
            <Mark size={30} />
            {t('app.name')}
          </p>
          <h1>{t('signIn.title')}</h1>
          <p className="quiet">{to && to !== '/' ? t('signIn.expired') : t('signIn.welcome')}</p>
          {signIn.error && <SignInRefusal thrown={signIn.error} />}
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
          <PasswordInput
            label={t('signIn.password')}
            autoComplete="current-password"
            required
            withAsterisk={false}
            size="md"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" fullWidth loading={signIn.isPending} styles={{ root: { height: 40 } }}>
            {t('signIn.submit')}
          </Button>
        </form>
        <button type="button" className={styles.language} lang={other} onClick={() => speak(other)}>
          {other === 'fr' ? 'Français' : 'English'}
        </button>
      </main>
      <aside className={styles.cloth} aria-hidden="true">
        <Weave />
        <p className={styles.tagline}>{t('signIn.tagline')}</p>
      </aside>
    </div>
  )
}
