import { useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { source } from '../../app/source'
import { FactorEnrolment } from '../../signIns/FactorEnrolment'
import { Door } from './Door'

/** Whoever enters an environment that asks for a second factor, and has none, adds one first. */
export function AddFactor() {
  const { t } = useTranslation()
  const { to } = useSearch({ from: '/second-factor' })
  const router = useRouter()
  const client = useQueryClient()
  const done = async () => {
    client.setQueryData(keys.session, await source.session.read())
    await router.navigate({ href: to ?? '/' })
  }
  return (
    <Door title={t('factor.needed.title')} hint={t('factor.needed.hint')} signedIn>
      <FactorEnrolment done={() => void done()} size="md" />
    </Door>
  )
}
