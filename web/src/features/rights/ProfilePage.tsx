import { Button, Menu } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Profile } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { IconAction } from '../../ui/IconAction'
import { Bar, Late } from '../../ui/Late'
import { Notice } from '../../ui/Notice'
import { ProblemNotice, problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import { AdminPage } from '../administration/AdminPage'
import { ChangedProfile } from './ChangedProfile'
import { sent } from './grants'
import { MakeProfile } from './MakeProfile'
import { ProfileEditor } from './ProfileEditor'
import { Marks } from './Profiles'
import styles from './Profiles.module.css'
import { ProfileTold } from './ProfileTold'
import { useOrigin, usePeople, useProfiles } from './useProfiles'

/** One profile: what it says, and where it is changed. */
export function ProfilePage() {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const { profile: name } = useParams({ from: '/admin/$env/profiles/$profile' })
  const { edit } = useSearch({ from: '/admin/$env/profiles/$profile' })
  const env = dictionary.environment.name
  const found = useProfiles()
  const origin = useOrigin()
  const navigate = useNavigate()
  const profiles = found.data?.value ?? []
  const profile = profiles.find((one) => one.name === name)
  const fixed = name === 'administrator'
  const editing = edit === true && !fixed
  const open = (editing: boolean) =>
    void navigate({
      to: '/admin/$env/profiles/$profile',
      params: { env, profile: name },
      search: editing ? { edit: true } : {},
      replace: true,
    })
  return (
    <AdminPage
      title={profile ? label(profile.label) : t('rights.profiles.title')}
      hint={profile?.help ? label(profile.help) : undefined}
      back={{ to: { to: '/admin/$env/profiles', params: { env } }, word: t('rights.profiles.title') }}
      actions={
        profile &&
        !editing && (
          <span className={styles.buttons}>
            {!fixed && (
              <Button leftSection={<Icon name="pencil" size={16} />} onClick={() => open(true)}>
                {t('rights.profiles.edit')}
              </Button>
            )}
            <More profile={profile} profiles={profiles} />
          </span>
        )
      }
    >
      {found.error && <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />}
      {found.isPending && (
        <Late label={t('common.loading')}>
          <Bar width="70%" />
          <Bar width="60%" />
        </Late>
      )}
      {found.data && !profile && (
        <EmptyMessage icon="shield-check" title={t('rights.profiles.gone')} hint={t('rights.profiles.goneHint')} />
      )}
      {found.data && profile && (
        <>
          <div className={styles.about}>
            <Marks profile={profile} origin={origin(profile)} />
            <Holders profile={profile} />
          </div>
          {fixed && <Notice tone="info" title={t('rights.profiles.fixed')} hint={t('rights.profiles.fixedHint')} />}
          {profile.restricts && (
            <Notice
              tone="warning"
              title={t('rights.profiles.restrictsTitle')}
              hint={t('rights.profiles.restrictsHint')}
            />
          )}
          {profile.module && !editing && <ChangedProfile profile={profile} module={profile.module} />}
          {editing ? (
            <ProfileEditor key={name} profile={profile} perimeters={found.data.perimeters} onDone={() => open(false)} />
          ) : (
            <ProfileTold profile={profile} />
          )}
        </>
      )}
    </AdminPage>
  )
}

/** Who has it. */
function Holders({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const { dictionary } = useSurroundings()
  const people = usePeople().data?.value
  if (!people) return null
  const holders = people.filter((person) => person.profiles.includes(profile.name))
  return (
    <span>
      <span className="quiet">{t('rights.profiles.heldBy')}</span>
      {holders.length === 0 && t('rights.profiles.held', { count: 0 })}
      {holders.map((person) => (
        <Link
          key={person.id}
          to="/admin/$env/people/$person"
          params={{ env: dictionary.environment.name, person: person.id }}
        >
          {person.name}
        </Link>
      ))}
    </span>
  )
}

function More({ profile, profiles }: { profile: Profile; profiles: Profile[] }) {
  const { t } = useTranslation()
  const { dictionary, source, label } = useSurroundings()
  const env = dictionary.environment.name
  const client = useQueryClient()
  const navigate = useNavigate()
  const [copying, setCopying] = useState(false)
  const own = profile.layer === 'client'
  const refresh = () => client.invalidateQueries({ queryKey: keys.administration(env, 'profiles') })
  const fail = (fault: unknown) => {
    const problem = asProblem(fault)
    const { title, hint } = problemWords(problem, t)
    // Who holds it is told by the server, and is all that there is to say.
    say(problem.status === 409 ? { tone: 'danger', text: hint } : { tone: 'danger', text: title, hint })
  }
  const putBack = () => source.rights.profilePut(profile.name, sent(profile)).then(refresh, fail)
  const takeBack = () =>
    source.rights.profileTakeBack(profile.name).then(async () => {
      if (own) await navigate({ to: '/admin/$env/profiles', params: { env } })
      await refresh()
      say({
        tone: 'done',
        text: t(own ? 'rights.profiles.removed' : 'rights.profiles.givenBack', { name: label(profile.label) }),
        action: { label: t('rights.profiles.undo'), run: () => void putBack() },
      })
    }, fail)
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <IconAction icon="dots" label={t('rights.profiles.more')} />
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="copy" size={16} />} onClick={() => setCopying(true)}>
            {t('rights.profiles.copy')}
          </Menu.Item>
          {(own || profile.module) && (
            <Menu.Item
              leftSection={<Icon name={own ? 'trash' : 'arrow-back-up'} size={16} />}
              onClick={() => void takeBack()}
            >
              {t(own ? 'rights.profiles.remove' : 'rights.profiles.giveBack')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {copying && <MakeProfile profiles={profiles} from={profile} onClose={() => setCopying(false)} />}
    </>
  )
}
