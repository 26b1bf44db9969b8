import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { useFavourites } from '../../personal/favourites'
import { looksAfter } from './looksAfter'
import styles from './MenuLinks.module.css'

/** The whole menu with its words, for a phone. */
export function MenuLinks({ onGo }: { onGo(): void }) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const env = dictionary.environment.name
  const { favourites } = useFavourites()
  return (
    <div className={styles.menu}>
      {favourites.length > 0 && (
        <section aria-label={t('personal.favourites')}>
          <h2>{t('personal.favourites')}</h2>
          <ul>
            {favourites.map((one) => (
              <li key={one.id}>
                <Link to={one.to as '/'} search={one.search as never} className={styles.link} onClick={onGo}>
                  <Icon name={one.icon} size={20} />
                  {one.words}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      {dictionary.menu.map((group) => (
        <section key={group.id} aria-label={label(group.label)}>
          <h2>{label(group.label)}</h2>
          <ul>
            {group.items.map((item) => {
              const entity = dictionary.entities[item.entity]
              return (
                entity && (
                  <li key={item.id}>
                    <Link
                      to="/e/$env/$collection"
                      params={{ env, collection: entity.collection }}
                      className={styles.link}
                      onClick={onGo}
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
      {looksAfter(dictionary.me.powers) && (
        <section aria-label={t('frame.administration')}>
          <h2>{t('frame.administration')}</h2>
          <Link to="/admin/$env" params={{ env }} className={styles.link} onClick={onGo}>
            <Icon name="settings" size={20} />
            {t('frame.administration')}
          </Link>
        </section>
      )}
    </div>
  )
}
