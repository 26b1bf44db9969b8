import { Link } from '@tanstack/react-router'
import type { CSSProperties } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { titleOf } from '../../dictionary/model'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { LookValues } from '../LookValues'
import { dayInFull, touchedDays } from '../time/words'
import styles from './Agenda.module.css'
import type { Shown } from './shown'

type AgendaProps = Pick<Shown, 'entity' | 'look' | 'happenings' | 'today'> & { days: string[] }

/** What comes, day by day: days without anything are left out. */
export function Agenda({ entity, look, happenings, days, today }: AgendaProps) {
  const { t } = useTranslation()
  const { dictionary, manner } = useSurroundings()
  const shown = days
    .map((day) => ({
      day,
      own: happenings
        .filter((one) => touchedDays(one.from, one.to).includes(day))
        .sort((a, b) => Number(b.wholeDays) - Number(a.wholeDays) || a.from.localeCompare(b.from)),
    }))
    .filter(({ own }) => own.length > 0)
  return (
    <div className={styles.frame} data-scroll>
      {shown.length === 0 && <EmptyMessage icon="calendar" title={t('view.noEvent')} hint={t('view.noEventHint')} />}
      {shown.map(({ day, own }) => (
        <section key={day} className={styles.day} aria-label={dayInFull(day, manner)}>
          <h3 className={styles.head} data-today={day === today || undefined}>
            {dayInFull(day, manner)}
          </h3>
          <ul>
            {own.map((one) => {
              return (
                <li
                  key={one.key}
                  className={styles.event}
                  style={{ '--mark': look.colour(one.record) ?? 'var(--pastel)' } as CSSProperties}
                >
                  <span className={`${styles.hours} figures`}>
                    {one.wholeDays ? t('view.allDay') : `${one.from.slice(11)} – ${one.to.slice(11)}`}
                  </span>
                  <span className={styles.mark} aria-hidden="true" />
                  <span className={styles.what}>
                    <Link
                      to="/e/$env/$collection/$id"
                      params={{ env: dictionary.environment.name, collection: entity.collection, id: one.record.id }}
                      className={styles.link}
                    >
                      {titleOf(one.record) || t('list.unnamed')}
                    </Link>
                    <span className={styles.beside}>
                      <LookValues look={look} record={one.record} entity={entity} />
                    </span>
                  </span>
                </li>
              )
            })}
          </ul>
        </section>
      ))}
    </div>
  )
}
