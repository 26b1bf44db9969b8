import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Assistance } from '../../api/types'
import { assistancesOf } from '../../assistance/assistances'
import { useSurroundings } from '../../dictionary/context'
import { nearInstant } from '../../format/dates'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import styles from './AssistedBand.module.css'

/**
 * Says to whoever administers that somebody of the operator or the integrator asks to enter, or may enter now; and to that person that they are
 * here only for a time.
 */
export function AssistedBand() {
  const { t } = useTranslation()
  const { dictionary, source, manner } = useSurroundings()
  const { me, environment } = dictionary
  const found = useQuery({
    ...assistancesOf(environment.name, source),
    enabled: me.powers.includes('administer') && !me.viewed && !me.until,
  })
  if (me.until) {
    return (
      <section className={styles.band} aria-label={t('assistance.band.label')}>
        <Icon name="key" />
        <p className={styles.words}>
          <strong>{t('assistance.band.visitor', { time: nearInstant(me.until, now(), manner) })}</strong>{' '}
          <span>{t('assistance.band.visitorHint')}</span>
        </p>
      </section>
    )
  }
  const one = (found.data ?? []).find(({ stage }) => stage === 'asked') ?? found.data?.find(isOpen)
  if (!one) return null
  const who = one.organisation ? t('assistance.who', { name: one.name, organisation: one.organisation }) : one.name
  return (
    <section
      className={styles.band}
      data-asked={one.stage === 'asked' || undefined}
      aria-label={t('assistance.band.label')}
    >
      <Icon name="key" />
      <p className={styles.words}>
        <strong>
          {one.stage === 'asked'
            ? t('assistance.band.asked', { who })
            : t('assistance.band.open', { who, time: one.until ? nearInstant(one.until, now(), manner) : '' })}
        </strong>{' '}
        <span>{one.purpose}</span>
      </p>
      <Link className={styles.see} to="/admin/$env/assistance" params={{ env: environment.name }}>
        {t('assistance.band.see')}
      </Link>
    </section>
  )
}

function isOpen({ stage }: Assistance): boolean {
  return stage === 'open'
}
