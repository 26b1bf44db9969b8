import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../api/problem'
import { source } from '../app/source'
import { Notice } from '../ui/Notice'
import { CodeInput } from './CodeFields'
import { Fault } from './FactorEnrolment'
import styles from './FactorEnrolment.module.css'
import { PresentPassword } from './PresentPassword'
import { makePasskey, noPasskeysHere } from './passkeys'

interface Props {
  done(): void
  cancel?: () => void
  /** A name for it, which one may change. */
  suggested?: string | undefined
  size?: 'sm' | 'md'
}

/** Adds a passkey: the password, a code where one is asked, and what the authenticator makes. */
export function PasskeyEnrolment({ done, cancel, suggested = '', size = 'sm' }: Props) {
  const { t } = useTranslation()
  const [not] = useState(noPasskeysHere)
  const [typed, setTyped] = useState<string | null>(null)
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [codeAsked, setCodeAsked] = useState(false)
  const name = typed ?? suggested
  const add = useMutation({
    mutationFn: async () => {
      const ceremony = await source.session.passkeys.begin(password, codeAsked ? code : undefined)
      const made = await makePasskey(ceremony)
      return source.session.passkeys.add(ceremony.ceremony, made, name)
    },
    onSuccess: done,
    onError: (fault) => {
      if (asProblem(fault).code === 'code_needed') setCodeAsked(true)
      setCode('')
    },
  })
  if (not) return <p className="quiet">{t(`passkey.notHere.${not}`)}</p>
  const fields = add.error ? asProblem(add.error).details.fields : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!add.isPending) add.mutate()
  }
  return (
    <form className={styles.form} onSubmit={submit}>
      <Refusal error={add.error} />
      <TextInput
        label={t('passkey.name')}
        description={t('passkey.nameHint')}
        inputWrapperOrder={['label', 'input', 'error', 'description']}
        size={size}
        maxLength={80}
        value={name}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <PresentPassword value={password} onChange={setPassword} error={add.error} size={size} focused />
      {codeAsked && (
        <CodeInput
          label={t('factor.code')}
          description={t('factor.codeHint')}
          size={size}
          value={code}
          error={fields?.code}
          onChange={setCode}
          focused
        />
      )}
      <div className={styles.actions}>
        <Button type="submit" loading={add.isPending}>
          {t('passkey.add')}
        </Button>
        {cancel && (
          <Button variant="default" onClick={cancel}>
            {t('common.cancel')}
          </Button>
        )}
      </div>
    </form>
  )
}

function Refusal({ error }: { error: Error | null }) {
  const { t } = useTranslation()
  if (error instanceof DOMException)
    return <Notice tone="info" title={t(error.name === 'InvalidStateError' ? 'passkey.known' : 'passkey.notMade')} />
  if (!error) return null
  const { code, details } = asProblem(error)
  // Being asked for a code is no refusal, and a field that is wrong says so itself.
  if (code === 'code_needed' || details.fields?.code) return null
  if (code === 'passkeys_unavailable') return <Notice tone="info" title={t('passkey.notHere.public')} />
  if (code === 'ceremony_over') return <Notice tone="warning" title={t('passkey.over')} />
  return <Fault error={error} field="present" />
}
