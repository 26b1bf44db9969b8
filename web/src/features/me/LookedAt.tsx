import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { useSurroundings } from '../../dictionary/context'
import { clock, saidInstant } from '../../format/dates'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import styles from './Me.module.css'

/** When administrators looked at this environment as the person does; nothing where nobody did. */
export function LookedAt() {
  const { t } = useTranslation()
  const { dictionary, source, manner } = useSurroundings()
  const title = useId()
  const looks = useQuery({
    queryKey: keys.looks(dictionary.environment.name),
    queryFn: ({ signal }) => source.rights.looks({ signal }),
    staleTime: 0,
  }).data
  if (!looks || looks.length === 0) return null
  return (
    <section aria-labelledby={title}>
      <h2 id={title}>{t('lookedAt.title')}</h2>
      <p className="quiet">{t('lookedAt.hint')}</p>
      <ul className={styles.sheet} aria-labelledby={title}>
        {looks.map((look) => {
          const from = saidInstant(look.at, now(), manner)
          const to = look.ended_at && clock(new Date(look.ended_at), manner)
          return (
            <li key={look.id} className={styles.line}>
              <div className={styles.device}>
                <Icon name="eye" size={22} />
                <strong>{look.by?.name ?? t('lookedAt.gone')}</strong>
                <p className="quiet">{to ? t('lookedAt.from', { from, to }) : t('lookedAt.now', { from })}</p>
              </div>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
