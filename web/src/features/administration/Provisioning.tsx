import { Button, CopyButton, Modal, MultiSelect, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { ProvisionedGroup, ProvisioningToken, Provisioning as Told } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { nearInstant } from '../../format/dates'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { Bar, Late } from '../../ui/Late'
import { Notice } from '../../ui/Notice'
import { ProblemNotice, problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import { useProfiles } from '../rights/useProfiles'
import { AdminPage } from './AdminPage'
import styles from './Provisioning.module.css'

function useFailed() {
  const { t } = useTranslation()
  return (fault: unknown) => {
    const { title, hint } = problemWords(asProblem(fault), t)
    say({ tone: 'danger', text: title, hint })
  }
}

/** The company's directory that keeps people up to date: its tokens, its groups, and what these give. */
export function Provisioning() {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const { name } = dictionary.environment
  const [making, setMaking] = useState(false)
  const administers = dictionary.me.powers.includes('administer')
  const found = useQuery({
    queryKey: keys.administration(name, 'provisioning'),
    queryFn: ({ signal }) => source.administration.provisioning.show({ signal }),
    enabled: administers,
  })
  return (
    <AdminPage
      title={t('provisioning.title')}
      hint={t('provisioning.intro')}
      actions={
        administers && (
          <Button leftSection={<Icon name="key" size={16} />} onClick={() => setMaking(true)}>
            {t('provisioning.make')}
          </Button>
        )
      }
    >
      {found.error && <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />}
      {found.isPending && (
        <Late label={t('common.loading')}>
          <Bar width="60%" />
        </Late>
      )}
      {found.data && <Connected told={found.data} />}
      {making && <Make onClose={() => setMaking(false)} />}
    </AdminPage>
  )
}

function Connected({ told }: { told: Told }) {
  const { t } = useTranslation()
  if (told.tokens.length === 0 && told.groups.length === 0)
    return <EmptyMessage icon="key" title={t('provisioning.none.title')} hint={t('provisioning.none.hint')} />
  return (
    <>
      <p className={styles.address}>
        {t('provisioning.address')} <code>{told.address}</code>
      </p>
      <section className={styles.part} aria-labelledby="tokens-title">
        <h2 id="tokens-title">{t('provisioning.tokens')}</h2>
        {told.tokens.length === 0 ? (
          <p className="quiet">{t('provisioning.noToken')}</p>
        ) : (
          <ul className={styles.list} aria-labelledby="tokens-title">
            {told.tokens.map((token) => (
              <Token key={token.id} token={token} />
            ))}
          </ul>
        )}
      </section>
      <section className={styles.part} aria-labelledby="groups-title">
        <h2 id="groups-title">{t('provisioning.groups')}</h2>
        <p className="quiet">{t(told.groups.length === 0 ? 'provisioning.noGroup' : 'provisioning.groupsHint')}</p>
        {told.groups.length > 0 && (
          <ul className={styles.list} aria-labelledby="groups-title">
            {told.groups.map((group) => (
              <Group key={group.id} group={group} />
            ))}
          </ul>
        )}
      </section>
    </>
  )
}

function Token({ token }: { token: ProvisioningToken }) {
  const { t } = useTranslation()
  const { dictionary, source, manner } = useSurroundings()
  const [asking, setAsking] = useState(false)
  const client = useQueryClient()
  const failed = useFailed()
  const revoke = useMutation({
    mutationFn: () => source.administration.provisioning.revoke(token.id),
    onSuccess: () => say({ tone: 'done', text: t('provisioning.revoked', { name: token.name }) }),
    onError: failed,
    onSettled: () =>
      client.invalidateQueries({ queryKey: keys.administration(dictionary.environment.name, 'provisioning') }),
  })
  const at = (moment: string) => nearInstant(moment, now(), manner)
  return (
    <li className={styles.one}>
      <div className={styles.words}>
        <strong>{token.name}</strong>
        <span className="quiet">
          {token.made_at && t('provisioning.madeBy', { when: at(token.made_at), by: token.made_by ?? '' })}
          {' · '}
          {token.used_at ? t('provisioning.used', { when: at(token.used_at) }) : t('provisioning.unused')}
        </span>
      </div>
      <Button
        variant="default"
        aria-label={t('provisioning.revokeOne', { name: token.name })}
        onClick={() => setAsking(true)}
      >
        {t('provisioning.revoke')}
      </Button>
      <Modal
        closeButtonProps={{ 'aria-label': t('common.close') }}
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('provisioning.revokeOne', { name: token.name })}
      >
        <p>{t('provisioning.revokeHint')}</p>
        <div className={styles.actions}>
          <Button variant="default" onClick={() => setAsking(false)}>
            {t('common.cancel')}
          </Button>
          <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            {t('provisioning.revoke')}
          </Button>
        </div>
      </Modal>
    </li>
  )
}

function Group({ group }: { group: ProvisionedGroup }) {
  const { t } = useTranslation()
  const { dictionary, source, label } = useSurroundings()
  const client = useQueryClient()
  const failed = useFailed()
  const profiles = useProfiles().data?.value.map((one) => ({ value: one.name, label: label(one.label) })) ?? []
  const map = useMutation({
    mutationFn: (held: string[]) => source.administration.provisioning.map(group.id, held),
    onSuccess: () => say({ tone: 'done', text: t('provisioning.mapped', { name: group.name }) }),
    onError: failed,
    onSettled: () =>
      client.invalidateQueries({ queryKey: keys.administration(dictionary.environment.name, 'provisioning') }),
  })
  const held = map.isPending ? map.variables : group.profiles
  return (
    <li className={styles.one}>
      <div className={styles.words}>
        <strong>{group.name}</strong>
        <span className="quiet">{t('provisioning.members', { count: group.members })}</span>
      </div>
      <MultiSelect
        className={styles.profiles}
        aria-label={t('provisioning.profilesOf', { name: group.name })}
        placeholder={held.length === 0 ? t('provisioning.gives') : undefined}
        data={profiles}
        value={profiles.length > 0 ? held : []}
        onChange={(chosen) => map.mutate(chosen)}
        comboboxProps={{ transitionProps: { duration: 0 } }}
      />
    </li>
  )
}

/** Makes a token, and shows it this once. */
function Make({ onClose }: { onClose(): void }) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const make = useMutation({
    mutationFn: () => source.administration.provisioning.make(name.trim()),
    onSuccess: () =>
      client.invalidateQueries({ queryKey: keys.administration(dictionary.environment.name, 'provisioning') }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!make.isPending) make.mutate()
  }
  const problem = make.error && asProblem(make.error)
  const made = make.data
  return (
    <Modal
      closeButtonProps={{ 'aria-label': t('common.close') }}
      opened
      onClose={onClose}
      title={t('provisioning.make')}
      closeOnClickOutside={!made}
    >
      {made ? (
        <div className={styles.made}>
          <Notice tone="warning" title={t('provisioning.once')} />
          <code className={styles.secret}>{made.secret}</code>
          <div className={styles.actions}>
            <CopyButton value={made.secret}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {t(copied ? 'provisioning.copied' : 'provisioning.copy')}
                </Button>
              )}
            </CopyButton>
            <Button onClick={onClose}>{t('provisioning.kept')}</Button>
          </div>
        </div>
      ) : (
        <form className={styles.made} onSubmit={submit}>
          {problem && Object.keys(problem.details.fields ?? {}).length === 0 && <ProblemNotice problem={problem} />}
          <TextInput
            label={t('provisioning.name')}
            description={t('provisioning.nameHint')}
            inputWrapperOrder={['label', 'input', 'error', 'description']}
            required
            withAsterisk={false}
            data-autofocus
            maxLength={120}
            value={name}
            error={problem?.details.fields?.name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <div className={styles.actions}>
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={make.isPending}>
              {t('provisioning.makeIt')}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  )
}
