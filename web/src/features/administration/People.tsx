import { Button, Menu, Modal, MultiSelect, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Person, PersonTold } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { nearInstant } from '../../format/dates'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import { IconAction } from '../../ui/IconAction'
import { Initials } from '../../ui/Initials'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice, problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import { usePeople, useProfiles } from '../rights/useProfiles'
import { AdminPage } from './AdminPage'
import pageStyles from './AdminPage.module.css'
import styles from './People.module.css'

/** The profiles that people can be given, for a choice. */
function useChoices() {
  const { label } = useSurroundings()
  return useProfiles().data?.value.map((profile) => ({ value: profile.name, label: label(profile.label) })) ?? []
}

/** Who may enter this environment, and as what. */
export function People() {
  const { t } = useTranslation()
  const { dictionary } = useSurroundings()
  const [adding, setAdding] = useState(false)
  const [told, setTold] = useState<PersonTold | null>(null)
  const administers = dictionary.me.powers.includes('administer')
  const found = usePeople()
  const invites = found.data?.invites ?? false
  return (
    <AdminPage
      title={t('administration.people.title')}
      hint={t('administration.people.hint')}
      actions={
        administers && (
          <Button leftSection={<Icon name="user-plus" size={16} />} onClick={() => setAdding(true)}>
            {t(invites ? 'administration.people.invite' : 'administration.people.add')}
          </Button>
        )
      }
    >
      {found.error && <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />}
      {found.isPending ? (
        <Late label={t('common.loading')}>
          <Bar width="70%" />
          <Bar width="60%" />
        </Late>
      ) : (
        <ul className={`${pageStyles.sheet} ${styles.people}`}>
          {found.data?.value.map((person) => (
            <Member key={person.id} person={person} onTold={setTold} />
          ))}
        </ul>
      )}
      {adding && (
        <LetIn
          invites={invites}
          onClose={() => setAdding(false)}
          onTold={(person) => {
            setAdding(false)
            if (person.invitation)
              say({ tone: 'done', text: t('administration.people.invitedDone', { name: person.name }) })
            else setTold(person)
          }}
        />
      )}
      {told && <Password person={told} onClose={() => setTold(null)} />}
    </AdminPage>
  )
}

function Member({ person, onTold }: { person: Person; onTold(told: PersonTold): void }) {
  const { t } = useTranslation()
  const { dictionary, source, manner } = useSurroundings()
  const profiles = useChoices()
  const env = dictionary.environment.name
  const client = useQueryClient()
  const navigate = useNavigate()
  const { administration } = source
  const refresh = () => client.invalidateQueries({ queryKey: keys.administration(env, 'people') })
  const fail = (fault: unknown) => {
    const { title, hint } = problemWords(asProblem(fault), t)
    say({ tone: 'danger', text: title, hint })
  }
  const act = (work: Promise<unknown>, done?: () => void) =>
    work.then(async () => {
      await refresh()
      done?.()
    }, fail)
  const remove = () =>
    void act(administration.takeAway(person.id), () =>
      say({
        tone: 'done',
        text: t('administration.people.removed', { name: person.name }),
        action: {
          label: t('administration.people.giveBack'),
          run: () =>
            void act(administration.letIn({ name: person.name, email: person.email, profiles: person.profiles })),
        },
      }),
    )
  const users = Object.values(dictionary.entities).find((entity) => entity.name === userEntity(dictionary))
  return (
    <li className={styles.person}>
      <Initials name={person.name} size={32} />
      <div className={styles.who}>
        <span>
          <strong>{person.name}</strong>
          {person.me && <span className="quiet"> · {t('administration.people.me')}</span>}
          {person.second_factor && <span className={`${styles.small} quiet`}> · {t('factor.has')}</span>}
          {person.passkeys > 0 && (
            <span className={`${styles.small} quiet`}> · {t('passkey.has', { count: person.passkeys })}</span>
          )}
        </span>
        <span className={`${styles.small} quiet`}>{person.email}</span>
      </div>
      <span className={`${styles.small} ${styles.seen} quiet`}>
        {person.invitation && !person.signed_in_at ? (
          <Invited invitation={person.invitation} />
        ) : (
          <>
            {t('administration.people.sessions', { count: person.sessions })}
            {' · '}
            {person.signed_in_at
              ? t('administration.people.lastSeen', { when: nearInstant(person.signed_in_at, now(), manner) })
              : t('administration.people.never')}
          </>
        )}
      </span>
      {person.me ? (
        // Nobody changes their own.
        <span className={`${styles.profile} ${styles.small} quiet`}>
          {profiles
            .filter((one) => person.profiles.includes(one.value))
            .map((one) => one.label)
            .join(', ')}
        </span>
      ) : (
        <MultiSelect
          aria-label={t('administration.people.profileOf', { name: person.name })}
          className={styles.profile}
          data={profiles}
          value={profiles.length > 0 ? person.profiles : []}
          onChange={(held) => held.length > 0 && void act(administration.setProfiles(person.id, held))}
          comboboxProps={{ transitionProps: { duration: 0 } }}
        />
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <IconAction icon="dots" label={t('administration.people.actions', { name: person.name })} />
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<Icon name="shield-check" size={16} />}
            onClick={() => void navigate({ to: '/admin/$env/people/$person', params: { env, person: person.id } })}
          >
            {t('rights.person.see')}
          </Menu.Item>
          {person.person && users && (
            <Menu.Item
              leftSection={<Icon name="user" size={16} />}
              onClick={() =>
                void navigate({
                  to: '/e/$env/$collection/$id',
                  params: { env, collection: users.collection, id: person.person ?? '' },
                })
              }
            >
              {t('administration.people.record')}
            </Menu.Item>
          )}
          {person.person && (
            <Menu.Item
              leftSection={<Icon name="history" size={16} />}
              onClick={() =>
                void navigate({
                  to: '/admin/$env/audit',
                  params: { env },
                  search: { person: { id: person.person ?? '', title: person.name } },
                })
              }
            >
              {t('administration.people.seeActs')}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<Icon name="login" size={16} />}
            onClick={() =>
              void navigate({ to: '/admin/$env/sign-ins', params: { env }, search: { person: person.id } })
            }
          >
            {t('signInEvents.people.see')}
          </Menu.Item>
          {!person.me && person.own && (
            <>
              {person.invitation && (
                <Menu.Item
                  leftSection={<Icon name="mail" size={16} />}
                  onClick={() =>
                    void act(administration.invite(person.id), () =>
                      say({ tone: 'done', text: t('administration.people.invitedDone', { name: person.name }) }),
                    )
                  }
                >
                  {t('administration.people.inviteAgain')}
                </Menu.Item>
              )}
              <Menu.Item
                leftSection={<Icon name="lock" size={16} />}
                onClick={() => void administration.resetPassword(person.id).then(onTold, fail)}
              >
                {t('administration.people.reset')}
              </Menu.Item>
              {(person.second_factor || person.passkeys > 0) && (
                <Menu.Item
                  leftSection={<Icon name="shield-check" size={16} />}
                  onClick={() =>
                    void act(administration.resetFactor(person.id), () =>
                      say({
                        tone: 'done',
                        text: t(person.passkeys > 0 ? 'passkey.resetDone' : 'factor.resetDone', { name: person.name }),
                      }),
                    )
                  }
                >
                  {t(person.passkeys > 0 ? 'passkey.reset' : 'factor.reset')}
                </Menu.Item>
              )}
              <Menu.Item
                leftSection={<Icon name="x" size={16} />}
                onClick={() =>
                  void act(administration.signOut(person.id), () =>
                    say({ tone: 'done', text: t('administration.people.signedOut', { name: person.name }) }),
                  )
                }
              >
                {t('administration.people.signOut')}
              </Menu.Item>
            </>
          )}
          {!person.me && (
            <Menu.Item leftSection={<Icon name="user-x" size={16} />} onClick={remove}>
              {t('administration.people.remove')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </li>
  )
}

/** The entity of people: what `created_by`, which every entity has, refers to. */
export function userEntity(dictionary: ReturnType<typeof useSurroundings>['dictionary']): string | undefined {
  const [any] = Object.values(dictionary.entities)
  return any?.fields.find((field) => field.name === 'created_by')?.to ?? undefined
}

/** How the letter that invites somebody stands. */
function Invited({ invitation }: { invitation: NonNullable<Person['invitation']> }) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const { state, at, error } = invitation
  const key = state === 'waiting' && error ? 'retried' : state
  const text = t(`administration.people.invitation.${key}`, {
    when: nearInstant(at, now(), manner),
    error: error ?? '',
  })
  const late = state === 'failed' || state === 'expired'
  return (
    <span className={styles.invited} data-tone={late ? 'danger' : key === 'retried' ? 'warning' : undefined}>
      <Icon name={late ? 'alert-circle' : 'mail'} size={14} /> {text}
    </span>
  )
}

function LetIn(props: { invites: boolean; onClose(): void; onTold(told: PersonTold): void }) {
  const { invites, onClose, onTold } = props
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const profiles = useChoices()
  const [held, setHeld] = useState<string[]>(['reader'])
  const add = useMutation({
    mutationFn: () => source.administration.letIn({ name: name.trim(), email: email.trim(), profiles: held }),
    onSuccess: async (told) => {
      await client.invalidateQueries({ queryKey: keys.administration(dictionary.environment.name, 'people') })
      onTold(told)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() && email.trim()) add.mutate()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(invites ? 'administration.people.invite' : 'administration.people.add')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form className={styles.form} onSubmit={submit}>
        {add.error && <ProblemNotice problem={asProblem(add.error)} />}
        <TextInput
          label={t('administration.people.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          required
        />
        <TextInput
          type="email"
          label={t('administration.people.email')}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          required
        />
        <MultiSelect
          label={t('administration.people.profile')}
          data={profiles}
          value={profiles.length > 0 ? held : []}
          onChange={setHeld}
        />
        {invites && <p className="quiet">{t('administration.people.inviteHint')}</p>}
        <div className={styles.formFoot}>
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={add.isPending} disabled={!name.trim() || !email.trim() || held.length === 0}>
            {t(invites ? 'administration.people.invite' : 'administration.people.add')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

/** The password that was made for somebody, this once. */
function Password({ person, onClose }: { person: PersonTold; onClose(): void }) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('administration.people.password', { name: person.name })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {person.password ? (
        <div className={styles.form}>
          <p className={styles.secret} data-testid="password">
            {person.password}
          </p>
          <p className="quiet">{t('administration.people.passwordHint')}</p>
          <div className={styles.formFoot}>
            <Button
              variant="default"
              onClick={() => void navigator.clipboard.writeText(person.password ?? '').then(() => setCopied(true))}
            >
              {t(copied ? 'administration.people.copied' : 'administration.people.copy')}
            </Button>
            <Button onClick={onClose}>{t('common.close')}</Button>
          </div>
        </div>
      ) : (
        <p>{t('administration.people.known', { name: person.name })}</p>
      )}
    </Modal>
  )
}
