import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { useVisits } from '../../visits/visits'
import styles from './BottomBar.module.css'

/** On a phone, under the thumb: home, the three lists used most, and the rest. */
export function BottomBar({ openMenu }: { openMenu(): void }) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const env = dictionary.environment.name
  const { counts } = useVisits(dictionary)
  const items = dictionary.menu.flatMap((group) => group.items).filter((item) => dictionary.entities[item.entity])
  const most = [...items].sort((a, b) => (counts[b.entity] ?? 0) - (counts[a.entity] ?? 0)).slice(0, 3)
  return (
    <nav className={styles.bar} aria-label={t('frame.mainNavigation')}>
      <Link
        to="/e/$env"
        params={{ env }}
        className={styles.item}
        activeOptions={{ exact: true }}
        activeProps={{ 'data-current': true }}
      >
        <Icon name="home" size={22} />
        <span>{t('frame.home')}</span>
      </Link>
      {items
        .filter((item) => most.includes(item))
        .map((item) => {
          const entity = dictionary.entities[item.entity]
          return (
            <Link
              key={item.id}
              to="/e/$env/$collection"
              params={{ env, collection: entity?.collection ?? '' }}
              className={styles.item}
              activeProps={{ 'data-current': true }}
            >
              <Icon name={item.icon ?? entity?.icon} size={22} />
              <span>{label(item.label)}</span>
            </Link>
          )
        })}
      <button type="button" className={styles.item} onClick={openMenu}>
        <Icon name="menu-2" size={22} />
        <span>{t('frame.more')}</span>
      </button>
    </nav>
  )
}
