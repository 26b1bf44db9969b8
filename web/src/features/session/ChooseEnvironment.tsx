import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { source } from '../../app/source'
import { Icon } from '../../icons/Icon'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { kindWord } from '../../ui/environmentKind'
import { Initials } from '../../ui/Initials'
import { Mark } from '../../ui/Mark'
import { profileWord } from '../../ui/profileWord'
import styles from './ChooseEnvironment.module.css'

export function ChooseEnvironment() {
  const { t } = useTranslation()
  const session = useQuery({ queryKey: keys.session, queryFn: () => source.session.read() })
  const environments = session.data?.environments ?? []
  const clients = [...new Set(environments.map((environment) => environment.client))]
  return (
    <main className={styles.page} id="content">
      <div className={styles.column}>
        <p className={styles.name}>
          <Mark size={26} /> {t('app.name')}
        </p>
        <h1>{t('environments.title')}</h1>
        {environments.length === 0 && (
          <EmptyMessage icon="lock" title={t('environments.none.title')} hint={t('environments.none.hint')} />
        )}
        {clients.map((client) => (
          <section key={client ?? ''} className={styles.client} aria-label={client ?? undefined}>
            {client !== null && <h2>{client}</h2>}
            <ul>
              {environments
                .filter((environment) => environment.client === client)
                .map((environment) => (
                  <li key={environment.name}>
                    <Link to="/e/$env" params={{ env: environment.name }} className={styles.choice}>
                      <Initials name={environment.label} size={36} />
                      <span className={styles.words}>
                        <strong>{environment.label}</strong>
                        <span className="quiet">
                          {environment.profiles.map((profile) => profileWord(profile, t)).join(', ')}
                        </span>
                      </span>
                      <span className={styles.kind} data-production={environment.kind === 'production' || undefined}>
                        {kindWord(environment.kind, t)}
                      </span>
                      <Icon name="chevron-right" />
                    </Link>
                  </li>
                ))}
            </ul>
          </section>
        ))}
      </div>
    </main>
  )
}
