import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ComponentType, lazy, Suspense, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { DashboardPart, Dashboard as Definition, Entity } from '../../api/types'
import { patiently } from '../../app/patiently'
import type { Condition } from '../../conditions/conditions'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { Star } from '../../personal/Star'
import { IconAction } from '../../ui/IconAction'
import { type Arrangement, arranged, arrangementOf, moved, toggled } from './arrangement'
import { throughOf } from './asked'
import { Coming } from './Coming'
import styles from './Dashboard.module.css'
import { Figure } from './Figure'
import { Rows } from './Rows'

/** What a part is drawn from. */
export interface PartBodyProps {
  entity: Entity
  part: DashboardPart
  /** The list of its records, narrowed. */
  through(more: Condition[]): object
}

/** How each kind of part is drawn. What draws charts is fetched where there is one. */
const drawn: Record<DashboardPart['kind'], ComponentType<PartBodyProps>> = {
  figure: Figure,
  chart: lazy(() => patiently(() => import('./Picture'))),
  list: Rows,
  agenda: Coming,
}

/** The parts of a dashboard, as the person arranged them. */
export function Dashboard({ dashboard }: { dashboard: Definition }) {
  const { t } = useTranslation()
  const { preferences, prefer, label } = useSurroundings()
  const sheet = useRef<HTMLDivElement>(null)
  const [arranging, setArranging] = useState(false)
  const arrangement = arrangementOf(preferences.dashboards[dashboard.name])
  const setArrangement = (next: Arrangement | null) => prefer({ dashboards: { [dashboard.name]: next && { ...next } } })
  const parts = arranged(dashboard.parts, arrangement)
  const shown = parts.filter((part) => !arrangement.hidden.includes(part.name))
  return (
    <div className={styles.sheet} ref={sheet}>
      <div className={styles.tools}>
        {arranging ? (
          <>
            <Button variant="subtle" onClick={() => setArrangement(null)}>
              {t('dashboard.reset')}
            </Button>
            <Button onClick={() => setArranging(false)}>{t('dashboard.done')}</Button>
          </>
        ) : (
          <>
            <Star target={`dashboard/${dashboard.name}`} name={label(dashboard.label)} size={32} />
            <IconAction icon="layout-dashboard" label={t('dashboard.arrange')} onClick={() => setArranging(true)} />
            <IconAction
              icon="maximize"
              label={t('dashboard.fullScreen')}
              onClick={() => void sheet.current?.requestFullscreen?.()}
            />
          </>
        )}
      </div>
      <div className={styles.parts}>
        {(arranging ? parts : shown).map((part) => (
          <OnePart
            key={part.name}
            part={part}
            dashboard={dashboard.name}
            hidden={arrangement.hidden.includes(part.name)}
            arrange={
              arranging
                ? {
                    move: (by) => setArrangement(moved(parts, arrangement, part.name, by)),
                    toggle: () => setArrangement(toggled(arrangement, part.name)),
                  }
                : null
            }
          />
        ))}
      </div>
    </div>
  )
}

interface PartProps {
  part: DashboardPart
  dashboard: string
  hidden: boolean
  arrange: { move(by: number): void; toggle(): void } | null
}

function OnePart({ part, dashboard, hidden, arrange }: PartProps) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const entity = dictionary.entities[part.entity]
  const Drawn = drawn[part.kind]
  if (!entity) return null
  const name = label(part.label)
  const through = (more: Condition[]) => throughOf(dashboard, part, more)
  const to = {
    to: '/e/$env/$collection' as const,
    params: { env: dictionary.environment.name, collection: entity.collection },
    search: through([]) as never,
  }
  return (
    <section
      className={styles.part}
      data-span={part.span}
      data-kind={part.kind}
      data-hidden={hidden || undefined}
      aria-label={name}
    >
      <header className={styles.head}>
        <h2>{arrange ? name : <Link {...to}>{name}</Link>}</h2>
        {arrange && (
          <span className={styles.arrange}>
            <IconAction icon="chevron-left" label={t('dashboard.earlier', { name })} onClick={() => arrange.move(-1)} />
            <IconAction icon="chevron-right" label={t('dashboard.later', { name })} onClick={() => arrange.move(1)} />
            <IconAction
              icon={hidden ? 'eye' : 'eye-off'}
              label={t(hidden ? 'dashboard.show' : 'dashboard.hide', { name })}
              onClick={arrange.toggle}
            />
          </span>
        )}
      </header>
      {!hidden && (
        <Suspense fallback={null}>
          <Drawn entity={entity} part={part} through={through} />
        </Suspense>
      )}
      {arrange && hidden && (
        <p className="quiet">
          <Icon name="eye-off" size={16} /> {t('dashboard.isHidden')}
        </p>
      )}
    </section>
  )
}
