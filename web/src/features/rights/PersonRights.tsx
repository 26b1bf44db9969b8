import { UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { WhyQuery } from '../../api/source'
import type { Entity, Rights } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { fieldOf } from '../../dictionary/model'
import WhyDialog from '../../reasons/WhyDialog'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { Bar, Late } from '../../ui/Late'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { AdminPage } from '../administration/AdminPage'
import grantStyles from './Grant.module.css'
import { LookAs } from './LookAs'
import { Matrix, ReachMark } from './Matrix'
import styles from './Profiles.module.css'
import { useOpened } from './useOpened'
import { usePeople } from './useProfiles'

/** What somebody may do, all their profiles together, and why. */
export function PersonRights() {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const { person: id } = useParams({ from: '/admin/$env/people/$person' })
  const env = dictionary.environment.name
  const person = usePeople().data?.value.find((one) => one.id === id)
  const found = useQuery({
    queryKey: keys.administration(env, 'rights', id),
    enabled: dictionary.me.powers.includes('administer'),
    queryFn: ({ signal }) => source.rights.of(id, { signal }),
    // Whatever changes a profile or a person changes this.
    staleTime: 0,
  })
  const problem = found.error ? asProblem(found.error) : null
  return (
    <AdminPage
      title={person ? t('rights.person.title', { name: person.name }) : t('rights.person.see')}
      hint={t('rights.person.hint')}
      back={{ to: { to: '/admin/$env/people', params: { env } }, word: t('administration.people.title') }}
      actions={person && !person.me && found.data && <LookAs person={person} />}
    >
      {problem?.status === 404 ? (
        <EmptyMessage icon="user-x" title={t('rights.person.gone')} />
      ) : problem ? (
        <ProblemNotice problem={problem} retry={() => void found.refetch()} />
      ) : found.data ? (
        <Told rights={found.data} person={id} />
      ) : (
        <Late label={t('common.loading')}>
          <Bar width="70%" />
          <Bar width="60%" />
        </Late>
      )}
    </AdminPage>
  )
}

function Told({ rights, person }: { rights: Rights; person: string }) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const [opened, toggle] = useOpened()
  const [asked, setAsked] = useState<WhyQuery | null>(null)
  const of = new Map(rights.entities.map((one) => [one.entity, one]))
  return (
    <>
      {rights.read_only && <Notice tone="info" title={t('rights.person.readOnly')} />}
      <div className={styles.about}>
        <span>
          <span className="quiet">{t('rights.person.profiles')}</span>
          {rights.profiles.map((profile) => (
            <Link
              key={profile.name}
              to="/admin/$env/profiles/$profile"
              params={{ env: dictionary.environment.name, profile: profile.name }}
            >
              {label(profile.label)}
            </Link>
          ))}
        </span>
        <span>
          <span className="quiet">{t('rights.powers')}</span>
          {rights.powers.map((power) => t(`rights.power.${power}`)).join(' · ') || t('rights.noPower')}
        </span>
      </div>
      <Matrix
        label={t('rights.person.see')}
        opened={opened}
        onToggle={toggle}
        cell={(entity, capability) => {
          const reach = of.get(entity.name)?.capabilities[capability] ?? 'none'
          const name = t('rights.person.cell', {
            capability: t(`rights.capability.${capability}`),
            entity: label(entity.plural ?? entity.label),
            reach: t(`rights.reach.${reach}`),
          })
          return (
            <UnstyledButton
              className={styles.why}
              aria-label={name}
              onClick={() => setAsked({ collection: entity.collection, capability, person })}
            >
              <ReachMark reach={reach} />
            </UnstyledButton>
          )
        }}
        details={(entity) => {
          const own = of.get(entity.name)
          if (!own || own.capabilities.read === 'none' || Object.keys(own.fields).length === 0) return null
          return <LessOpen entity={entity} fields={own.fields} />
        }}
      />
      {asked && <WhyDialog asked={asked} title={t('rights.why.title')} onClose={() => setAsked(null)} />}
    </>
  )
}

function LessOpen({ entity, fields }: { entity: Entity; fields: Rights['entities'][number]['fields'] }) {
  const { t } = useTranslation()
  const { label } = useSurroundings()
  return (
    <dl className={grantStyles.told}>
      <dt>{t('rights.person.fields')}</dt>
      <dd>
        <ul className={grantStyles.fields}>
          {Object.entries(fields).map(([name, level]) => (
            <li key={name}>
              {label(fieldOf(entity, name)?.label) || name} <span className="quiet">{t(`rights.level.${level}`)}</span>
            </li>
          ))}
        </ul>
      </dd>
    </dl>
  )
}
