import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../../api/problem'
import type { PageOf } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { exactInstant, nearInstant } from '../../format/dates'
import { now } from '../../format/now'
import { ProblemNotice } from '../../ui/ProblemNotice'
import pageStyles from '../administration/AdminPage.module.css'
import styles from './Noted.module.css'

/** Something that somebody did without changing anything. */
interface Deed {
  at: string
  by: { id: string; name: string | null }
  viewed: string | null
}

/** What was noted of people, the last first: the words are those of `protection.<name>`. */
export function Noted<D extends Deed>({
  name,
  found,
  told,
}: {
  name: 'accesses' | 'exports'
  found: UseQueryResult<PageOf<D>>
  told: (deed: D, who: string) => ReactNode
}) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const deeds = found.data?.value ?? []
  return (
    <section className={`${pageStyles.sheet} ${pageStyles.part}`} aria-labelledby={`${name}-title`}>
      <h2 id={`${name}-title`}>{t(`protection.${name}.title`)}</h2>
      <p className="quiet">{t(`protection.${name}.hint`)}</p>
      {found.error && <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />}
      {found.data && deeds.length === 0 && <p>{t(`protection.${name}.none`)}</p>}
      {deeds.length > 0 && (
        <ol className={styles.noted} aria-labelledby={`${name}-title`}>
          {deeds.map((deed) => (
            <li key={`${deed.at} ${deed.by.id}`}>
              <span>
                {told(deed, deed.by.name ?? t('protection.nobody'))}
                {deed.viewed && <span className="quiet"> · {t('protection.viewed')}</span>}
              </span>
              <time className="quiet" dateTime={deed.at} title={exactInstant(deed.at, manner)}>
                {nearInstant(deed.at, now(), manner)}
              </time>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
