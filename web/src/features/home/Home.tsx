import { SegmentedControl } from '@mantine/core'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { localOf } from '../../format/dates'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import { useFavourites } from '../../personal/favourites'
import { useRecents } from '../../personal/recents'
import { boardsOf } from '../dashboard/boards'
import { Dashboard } from '../dashboard/Dashboard'
import styles from './Home.module.css'

/** Where one arrives: the dashboard of one's profile, or every way in where there is none; what was open last. */
export function Home() {
  const { t } = useTranslation()
  const { board: wanted } = useSearch({ from: '/e/$env/' })
  const navigate = useNavigate({ from: '/e/$env/' })
  const { dictionary, label, manner } = useSurroundings()
  const env = dictionary.environment.name
  const recent = useRecents().slice(0, 10)
  const { favourites } = useFavourites()
  const hour = Number(localOf(now().toISOString(), manner)?.slice(11, 13) ?? 12)
  const firstName = dictionary.me.name.split(' ')[0] ?? ''
  const boards = boardsOf(dictionary)
  const board = boards.find((one) => one.name === wanted) ?? boards[0]
  return (
    <div className={styles.page} data-board={board ? true : undefined}>
      <h1>{t(hour >= 18 || hour < 4 ? 'home.evening' : 'home.morning', { name: firstName })}</h1>
      {boards.length > 1 && board && (
        <SegmentedControl
          className={styles.boards}
          value={board.name}
          onChange={(name) => void navigate({ search: { board: name }, replace: true })}
          aria-label={t('dashboard.which')}
          data={boards.map((one) => ({ value: one.name, label: label(one.label) }))}
        />
      )}
      {board && <Dashboard key={board.name} dashboard={board} />}
      <section aria-labelledby="favourites">
        <h2 id="favourites">{t('personal.favourites')}</h2>
        {favourites.length === 0 ? (
          <p className="quiet">{t('personal.noFavourites')}</p>
        ) : (
          <ul className={styles.ways}>
            {favourites.map((one) => (
              <li key={one.id}>
                <Link to={one.to as '/'} search={one.search as never} className={styles.way}>
                  <Icon name={one.icon} size={20} />
                  <span className={styles.title}>{one.words}</span>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="recent">
        <h2 id="recent">
          {t('home.recent')} <span className={styles.where}>{t('personal.onThisDevice')}</span>
        </h2>
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
      {!board &&
        dictionary.menu.map((group) => (
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
