import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { localOf } from '../../format/dates'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import { useVisits } from '../../visits/visits'
import styles from './Home.module.css'

/** Where one arrives: what was open last, and every way in. */
export function Home() {
  const { t } = useTranslation()
  const { dictionary, label, manner } = useSurroundings()
  const env = dictionary.environment.name
  const { recent } = useVisits(env)
  const hour = Number(localOf(now().toISOString(), manner)?.slice(11, 13) ?? 12)
  const firstName = dictionary.me.name.split(' ')[0] ?? ''
  return (
    <div className={styles.page}>
      <h1>{t(hour >= 18 || hour < 4 ? 'home.evening' : 'home.morning', { name: firstName })}</h1>
      <section aria-labelledby="recent">
        <h2 id="recent">{t('home.recent')}</h2>
        {recent.length === 0 ? (
          <p className="quiet">{t('home.noRecent')}</p>
        ) : (
          <ul className={styles.recent}>
            {recent.map((visit) => {
              const entity = dictionary.entities[visit.entity]
              return (
                entity && (
                  <li key={visit.id}>
                    <Link to="/e/$env/$collection/$id" params={{ env, collection: entity.collection, id: visit.id }}>
                      <Icon name={entity.icon} />
                      <span className={styles.title}>{visit.title || t('list.unnamed')}</span>
                      <span className={styles.what}>{label(entity.label)}</span>
                    </Link>
                  </li>
                )
              )
            })}
          </ul>
        )}
      </section>
      {dictionary.menu.map((group) => (
        <section key={group.id} aria-labelledby={`group-${group.id}`}>
          <h2 id={`group-${group.id}`}>{label(group.label)}</h2>
          <ul className={styles.ways}>
            {group.items.map((item) => {
              const entity = dictionary.entities[item.entity]
              return (
                entity && (
                  <li key={item.id}>
                    <Link
                      to="/e/$env/$collection"
                      params={{ env, collection: entity.collection }}
                      className={styles.way}
                    >
                      <Icon name={item.icon ?? entity.icon} size={20} />
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
