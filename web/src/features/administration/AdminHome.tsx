import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { Notice } from '../../ui/Notice'
import styles from './AdminHome.module.css'
import { SubscriptionNotices } from './Subscription'

/** Groups of the dictionary's menu that administrators keep (`docs/dictionary/screens.md`). */
const kept = ['organisation', 'administration']

/** Everything that an administrator sets or looks after. */
export function AdminHome() {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const { environment, menu, entities, me } = dictionary
  const params = { env: environment.name }
  const protects = me.powers.includes('protect')
  if (!me.powers.includes('administer'))
    return protects ? (
      <div className={styles.page}>
        <h1>{t('administration.title')}</h1>
        <div className={styles.cards}>
          <ProtectionCard env={environment.name} />
        </div>
      </div>
    ) : (
      <div className={styles.page}>
        <Notice tone="info" title={t('administration.forbidden')} />
      </div>
    )
  return (
    <div className={styles.page}>
      <header>
        <h1>{t('administration.title')}</h1>
        <p className="quiet">{t('administration.intro', { name: environment.label })}</p>
      </header>
      <SubscriptionNotices />
      <div className={styles.cards}>
        <Card
          icon="users"
          title={t('administration.people.title')}
          hint={t('administration.people.hint')}
          to={{ to: '/admin/$env/people', params }}
        />
        <Card
          icon="shield-check"
          title={t('rights.profiles.title')}
          hint={t('rights.profiles.hint')}
          to={{ to: '/admin/$env/profiles', params }}
        />
        <Card
          icon="login"
          title={t('signInEvents.people.title')}
          hint={t('signInEvents.people.hint')}
          to={{ to: '/admin/$env/sign-ins', params }}
        />
        <Card
          icon="lock"
          title={t('securityReport.title')}
          hint={t('securityReport.hint')}
          to={{ to: '/admin/$env/security', params }}
        />
        <Card
          icon="key"
          title={t('assistance.title')}
          hint={t('assistance.hint')}
          to={{ to: '/admin/$env/assistance', params }}
        />
        <Card
          icon="users-group"
          title={t('provisioning.title')}
          hint={t('provisioning.hint')}
          to={{ to: '/admin/$env/provisioning', params }}
        />
        <Card
          icon="gauge"
          title={t('subscription.title')}
          hint={t('subscription.hint')}
          to={{ to: '/admin/$env/subscription', params }}
        />
        <Card
          icon="history"
          title={t('administration.audit.title')}
          hint={t('administration.audit.hint')}
          to={{ to: '/admin/$env/audit', params }}
        />
        {protects && <ProtectionCard env={environment.name} />}
        <Card
          icon="list"
          title={t('lists.title')}
          hint={t('administration.lists.hint')}
          to={{ to: '/admin/$env/lists', params }}
        />
        <Card
          icon="settings"
          title={t('administration.settings.title')}
          hint={t('administration.settings.hint')}
          to={{ to: '/admin/$env/settings', params }}
        />
        <Card
          icon="upload"
          title={t('administration.data.title')}
          hint={t('administration.data.hint')}
          to={{ to: '/admin/$env/data', params }}
        />
      </div>
      {menu
        .filter(({ id }) => kept.includes(id))
        .map((group) => (
          <section key={group.id} className={styles.group} aria-labelledby={`group-${group.id}`}>
            <h2 id={`group-${group.id}`}>{label(group.label)}</h2>
            <p className="quiet">{t('administration.organisation.hint')}</p>
            <ul>
              {group.items.map((item) => {
                const entity = entities[item.entity]
                return (
                  entity && (
                    <li key={item.id}>
                      <Link to="/e/$env/$collection" params={{ ...params, collection: entity.collection }}>
                        <Icon name={item.icon ?? entity.icon} size={18} />
                        {label(item.label)}
                      </Link>
                    </li>
                  )
                )
              })}
            </ul>
          </section>
        ))}
    </div>
  )
}

function ProtectionCard({ env }: { env: string }) {
  const { t } = useTranslation()
  return (
    <Card
      icon="eraser"
      title={t('protection.title')}
      hint={t('protection.hint')}
      to={{ to: '/admin/$env/protection', params: { env } }}
    />
  )
}

function Card(props: { icon: string; title: string; hint: string; to: LinkProps; children?: ReactNode }) {
  const { icon, title, hint, to } = props
  return (
    <Link {...to} className={styles.card}>
      <Icon name={icon} size={22} />
      <strong>{title}</strong>
      <span className="quiet">{hint}</span>
    </Link>
  )
}
