import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import type { Session } from '../../api/types'
import { PasswordForm } from '../../signIns/PasswordForm'
import { Door } from './Door'

/** Whoever signed in with a password that somebody gave them chooses one of their own before anything else. */
export function NewPassword() {
  const { t } = useTranslation()
  const { to } = useSearch({ from: '/new-password' })
  const router = useRouter()
  const client = useQueryClient()
  const session = useQuery<Session>({ queryKey: keys.session, enabled: false }).data
  const done = (found: Session) => {
    client.setQueryData(keys.session, found)
    void router.navigate({ href: to ?? '/' })
  }
  return (
    <Door
      title={t('password.first.title')}
      hint={t('password.first.hint', { name: session?.user.name ?? '' })}
      signedIn
    >
      <PasswordForm
        email={session?.user.email ?? ''}
        presentLabel={t('password.first.given')}
        submit={t('password.first.submit')}
        size="md"
        done={done}
      />
    </Door>
  )
}
