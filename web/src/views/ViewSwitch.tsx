import { Tooltip } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Entity } from '../api/types'
import { useSurroundings } from '../dictionary/context'
import { Icon } from '../icons/Icon'
import { type ViewKind, viewIcons, viewsOf } from './kinds'
import styles from './ViewSwitch.module.css'

/** The ways of looking at this collection. Each is an address of its own; search and filters go along. */
export function ViewSwitch({ entity, shown }: { entity: Entity; shown: ViewKind | null }) {
  const { t } = useTranslation()
  const { label } = useSurroundings()
  const kinds = viewsOf(entity)
  if (kinds.length === 0) return null
  const word = (kind: ViewKind | 'list') => {
    const own = kind === 'list' ? null : entity.views[kind]?.label
    return own ? label(own) : t(`view.${kind}`)
  }
  return (
    <nav className={styles.switch} aria-label={t('view.switch')}>
      {(['list', ...kinds] as const).map((kind) => {
        const current = kind === (shown ?? 'list')
        return (
          <Tooltip
            key={kind}
            label={word(kind)}
            openDelay={400}
            withinPortal
            events={{ hover: true, focus: true, touch: false }}
          >
            <Link
              from="/e/$env/$collection"
              to="."
              search={(now) => {
                const { view: _view, at: _at, ...kept } = now
                return kind === 'list' ? kept : { ...kept, view: kind }
              }}
              className={styles.way}
              data-current={current || undefined}
              aria-current={current ? 'page' : undefined}
              aria-label={word(kind)}
              // TanStack marks links active by their address; which view is shown is ours to say.
              activeProps={{}}
            >
              <Icon name={viewIcons[kind]} size={16} />
              <span className={styles.word}>{word(kind)}</span>
            </Link>
          </Tooltip>
        )
      })}
    </nav>
  )
}
