import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../../api/problem'
import type { Profile } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { AdminPage } from '../administration/AdminPage'
import { capabilities } from './grants'
import { MakeProfile } from './MakeProfile'
import styles from './Profiles.module.css'
import { useOrigin, usePeople, useProfiles } from './useProfiles'

/** The profiles that people can be given: those of modules, and those made here. */
export function Profiles() {
  const { t } = useTranslation()
  const { dictionary } = useSurroundings()
  const found = useProfiles()
  const people = usePeople().data?.value
  const [making, setMaking] = useState(false)
  const profiles = found.data?.value ?? []
  return (
    <AdminPage
      title={t('rights.profiles.title')}
      hint={t('rights.profiles.hint')}
      actions={
        dictionary.me.powers.includes('administer') && (
          <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setMaking(true)}>
            {t('rights.profiles.create')}
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
        <ul className={styles.profiles} aria-label={t('rights.profiles.title')}>
          {profiles.map((profile) => (
            <Card
              key={profile.name}
              profile={profile}
              held={people?.filter((person) => person.profiles.includes(profile.name)).length}
            />
          ))}
        </ul>
      )}
      {making && <MakeProfile profiles={profiles} onClose={() => setMaking(false)} />}
    </AdminPage>
  )
}

function Card({ profile, held }: { profile: Profile; held: number | undefined }) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const origin = useOrigin()
  const everywhere = capabilities.filter((one) => profile.all.includes(one))
  const named = Object.keys(profile.entities).length
  return (
    <li className={styles.card} data-restricts={profile.restricts || undefined}>
      <Link
        to="/admin/$env/profiles/$profile"
        params={{ env: dictionary.environment.name, profile: profile.name }}
        className={styles.name}
      >
        {label(profile.label)}
      </Link>
      <Marks profile={profile} origin={origin(profile)} />
      {profile.help && <p className={styles.help}>{label(profile.help)}</p>}
      <p className={`${styles.facts} quiet`}>
        {everywhere.length > 0 && (
          <span>
            {t('rights.profiles.everything', {
              what: everywhere.map((one) => t(`rights.capability.${one}`).toLowerCase()).join(', '),
            })}
          </span>
        )}
        {named > 0 && <span>{t('rights.profiles.named', { count: named })}</span>}
        {held !== undefined && <span>{t('rights.profiles.held', { count: held })}</span>}
      </p>
    </li>
  )
}

/** Where a profile comes from, and whether it takes away. */
export function Marks({ profile, origin }: { profile: Profile; origin: string }) {
  const { t } = useTranslation()
  return (
    <span className={styles.marks}>
      {profile.restricts && (
        <span className={styles.mark} data-restricts>
          <Icon name="filter" size={14} />
          {t('rights.profiles.restricts')}
        </span>
      )}
      <span className={styles.mark} data-own={profile.layer === 'client' || undefined}>
        {origin}
      </span>
      {profile.module && (
        <span className={styles.mark} data-own>
          {t('rights.profiles.changed')}
        </span>
      )}
    </span>
  )
}
