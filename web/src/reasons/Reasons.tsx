import { useTranslation } from 'react-i18next'
import type { Reason } from '../api/types'
import { Icon } from '../icons/Icon'
import styles from './Reasons.module.css'

const marks = {
  holds: 'check',
  not: 'x',
  depends: 'circle-dot',
} as const

/** Why something is allowed or not: reasons within reasons, each with whether it holds. */
export function Reasons({ reasons }: { reasons: Reason[] }) {
  const { t } = useTranslation()
  return (
    <ul className={styles.reasons} aria-label={t('rights.why.tree')}>
      {reasons.map((reason, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two reasons may read the same; the place is what tells them apart
        <One key={place} reason={reason} />
      ))}
    </ul>
  )
}

function One({ reason }: { reason: Reason }) {
  const { t } = useTranslation()
  const holds = reason.holds === null ? 'depends' : reason.holds ? 'holds' : 'not'
  return (
    <li>
      <span className={styles.reason} data-holds={holds}>
        <Icon name={marks[holds]} size={16} />
        <span>{reason.text}</span>
        <span className={styles.word}>{t(`rights.why.${holds}`)}</span>
      </span>
      {reason.because.length > 0 && (
        <ul className={styles.reasons}>
          {reason.because.map((inner, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two reasons may read the same; the place is what tells them apart
            <One key={place} reason={inner} />
          ))}
        </ul>
      )}
    </li>
  )
}
