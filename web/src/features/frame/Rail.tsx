import { Menu, Tooltip } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { useFavourites } from '../../personal/favourites'
import { IconAction } from '../../ui/IconAction'
import { Mark } from '../../ui/Mark'
import { looksAfter } from './looksAfter'
import styles from './Rail.module.css'

/** Favourites that the unfolded rail shows; all are in the palette and at home. */
const shownPinned = 8

/** The menu of the dictionary, as icons or, pinned, with their words. */
export function Rail({ pinned, pin }: { pinned: boolean; pin(pinned: boolean): void }) {
  const { t } = useTranslation()
  const { dictionary, label, source } = useSurroundings()
  const { logo } = dictionary.environment
  const env = dictionary.environment.name
  const entries = dictionary.menu.map((group) => ({
    ...group,
    items: group.items.filter((item) => dictionary.entities[item.entity]),
  }))
  return (
    <nav className={styles.rail} aria-label={t('frame.mainNavigation')} data-pinned={pinned || undefined}>
      <Link to="/e/$env" params={{ env }} className={styles.home} aria-label={t('frame.home')}>
        {logo ? <img src={source.logoUrl(logo)} alt="" className={styles.logo} /> : <Mark size={26} />}
        {pinned && <span>{logo ? dictionary.environment.label : t('app.name')}</span>}
      </Link>
      <div className={styles.groups}>
        <Favourites pinned={pinned} />
        {entries.map((group) => (
          <ul key={group.id} className={styles.group} aria-label={label(group.label)}>
            {pinned && <li className={styles.heading}>{label(group.label)}</li>}
            {group.items.map((item) => {
              const entity = dictionary.entities[item.entity]
              const word = label(item.label)
              return (
                <li key={item.id}>
                  <Tooltip label={word} position="right" disabled={pinned} openDelay={80}>
                    <Link
                      to="/e/$env/$collection"
                      params={{ env, collection: entity?.collection ?? '' }}
                      className={styles.link}
                      activeProps={{ 'data-current': true }}
                      aria-label={word}
                    >
                      <Icon name={item.icon ?? entity?.icon} size={20} />
                      {pinned && <span className={styles.word}>{word}</span>}
                    </Link>
                  </Tooltip>
                </li>
              )
            })}
          </ul>
        ))}
      </div>
      <div className={styles.foot}>
        {looksAfter(dictionary.me.powers) && (
          <Tooltip label={t('frame.administration')} position="right" disabled={pinned} openDelay={80}>
            <Link
              to="/admin/$env"
              params={{ env }}
              className={styles.link}
              activeProps={{ 'data-current': true }}
              aria-label={t('frame.administration')}
            >
              <Icon name="settings" size={20} />
              {pinned && <span className={styles.word}>{t('frame.administration')}</span>}
            </Link>
          </Tooltip>
        )}
        <IconAction
          icon={pinned ? 'chevron-left' : 'chevron-right'}
          label={t(pinned ? 'frame.unpin' : 'frame.pin')}
          className={styles.pin}
          onClick={() => pin(!pinned)}
        />
      </div>
    </nav>
  )
}

/** What the person keeps at hand: with its words where there is room, else behind a star. */
function Favourites({ pinned }: { pinned: boolean }) {
  const { t } = useTranslation()
  const { favourites } = useFavourites()
  if (favourites.length === 0) return null
  if (pinned) {
    return (
      <ul className={styles.group} aria-label={t('personal.favourites')}>
        <li className={styles.heading}>{t('personal.favourites')}</li>
        {favourites.slice(0, shownPinned).map((one) => (
          <li key={one.id}>
            <Link to={one.to as '/'} search={one.search as never} className={styles.link} aria-label={one.words}>
              <Icon name={one.icon} size={20} />
              <span className={styles.word}>{one.words}</span>
            </Link>
          </li>
        ))}
      </ul>
    )
  }
  return (
    <div className={styles.group}>
      <Menu position="right-start" width={280}>
        <Menu.Target>
          <IconAction icon="star" label={t('personal.favourites')} size={40} />
        </Menu.Target>
        <Menu.Dropdown className={styles.tall}>
          <Menu.Label>{t('personal.favourites')}</Menu.Label>
          {favourites.map((one) => (
            <Menu.Item
              key={one.id}
              component={Link}
              to={one.to as '/'}
              search={one.search as never}
              leftSection={<Icon name={one.icon} />}
            >
              {one.words}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}
