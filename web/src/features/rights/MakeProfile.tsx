import { Button, Modal, NativeSelect, Switch, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Profile } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { fold } from '../../format/fold'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { sent } from './grants'
import styles from './Profiles.module.css'

/** A name as an identifier: `Commercial Est` → `commercial_est`. */
function identifierOf(name: string): string {
  return fold(name)
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '')
    .slice(0, 60)
}

/** Makes a profile, from nothing or as a copy of another, and opens it to be filled. */
export function MakeProfile({ profiles, from, onClose }: { profiles: Profile[]; from?: Profile; onClose(): void }) {
  const { t } = useTranslation()
  const { dictionary, source, label } = useSurroundings()
  const env = dictionary.environment.name
  const client = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState(from ? t('rights.make.copyName', { name: label(from.label) }) : '')
  const [english, setEnglish] = useState('')
  const [typed, setTyped] = useState<string | null>(null)
  const [base, setBase] = useState(from?.name ?? '')
  const [restricts, setRestricts] = useState(false)
  const identifier = typed ?? identifierOf(name)
  const taken = profiles.some((one) => one.name === identifier)
  const copied = profiles.find((one) => one.name === base)
  const make = useMutation({
    mutationFn: () => {
      const says = copied ? sent(copied) : { help: null, restricts, all: [], powers: [], entities: {} }
      const label = { fr: name.trim(), ...(english.trim() ? { en: english.trim() } : {}) }
      return source.rights.profilePut(identifier, { ...says, label })
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.administration(env, 'profiles') })
      onClose()
      await navigate({
        to: '/admin/$env/profiles/$profile',
        params: { env, profile: identifier },
        search: { edit: true },
      })
    },
  })
  const ready = name.trim() !== '' && identifier !== '' && !taken
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (ready) make.mutate()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('rights.profiles.create')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form className={styles.form} onSubmit={submit}>
        {make.error && <ProblemNotice problem={asProblem(make.error)} />}
        <TextInput
          label={t('rights.make.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          required
        />
        <TextInput
          label={t('rights.make.nameEn')}
          value={english}
          onChange={(event) => setEnglish(event.currentTarget.value)}
        />
        <TextInput
          label={t('rights.make.identifier')}
          value={identifier}
          error={taken && t('rights.make.taken')}
          onChange={(event) => setTyped(event.currentTarget.value)}
          required
        />
        <NativeSelect
          label={t('rights.make.from')}
          value={base}
          data={[
            { value: '', label: t('rights.make.nothing') },
            ...profiles.map((one) => ({ value: one.name, label: label(one.label) })),
          ]}
          onChange={(event) => setBase(event.currentTarget.value)}
        />
        {!copied && (
          <Switch
            label={t('rights.make.restricts')}
            description={t('rights.make.restrictsHint')}
            checked={restricts}
            onChange={(event) => setRestricts(event.currentTarget.checked)}
          />
        )}
        <div className={styles.formFoot}>
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={make.isPending} disabled={!ready}>
            {t('rights.make.submit')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
