import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { source } from '../../app/source'
import { FactorEnrolment } from '../../signIns/FactorEnrolment'
import { PasskeyEnrolment } from '../../signIns/PasskeyEnrolment'
import { noPasskeysHere } from '../../signIns/passkeys'
import { Door } from './Door'

/** Whoever enters an environment that asks for a second factor, and has none, adds one first: codes, or a passkey. */
export function AddFactor() {
  const { t } = useTranslation()
  const { to } = useSearch({ from: '/second-factor' })
  const router = useRouter()
  const client = useQueryClient()
  const [byKey, setByKey] = useState(false)
  const done = async () => {
    client.setQueryData(keys.session, await source.session.read())
    await router.navigate({ href: to ?? '/' })
  }
  return (
    <Door title={t('factor.needed.title')} hint={t('factor.needed.hint')} signedIn>
      {byKey ? (
        <PasskeyEnrolment done={() => void done()} size="md" />
      ) : (
        <FactorEnrolment done={() => void done()} size="md" />
      )}
      {!noPasskeysHere() && (
        <Button variant="subtle" onClick={() => setByKey(!byKey)}>
          {t(byKey ? 'passkey.insteadCode' : 'passkey.instead')}
        </Button>
      )}
    </Door>
  )
}
