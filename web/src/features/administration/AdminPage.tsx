import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Power } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { Notice } from '../../ui/Notice'
import styles from './AdminPage.module.css'

interface Props {
  title: string
  hint?: string | undefined
  actions?: ReactNode
  /** Where it leads back to, when that is not the start of administration. */
  back?: { to: LinkProps; word: string }
  /** What it takes to see it; administering, if nothing is said. */
  power?: Power
  children: ReactNode
}

/** A page of administration: the way back, its title, and nothing of it for those who lack the power. */
export function AdminPage({ title, hint, actions, back, power = 'administer', children }: Props) {
  const { t } = useTranslation()
  const { dictionary } = useSurroundings()
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <div>
          <Link
            {...(back?.to ?? { to: '/admin/$env', params: { env: dictionary.environment.name } })}
            className={styles.back}
          >
            <Icon name="arrow-left" size={16} />
            {back?.word ?? t('administration.back')}
          </Link>
          <h1>{title}</h1>
          {hint && <p className="quiet">{hint}</p>}
        </div>
        {actions}
      </header>
      {dictionary.me.powers.includes(power) ? (
        children
      ) : (
        <Notice tone="info" title={t(power === 'protect' ? 'protection.forbidden' : 'administration.forbidden')} />
      )}
    </div>
  )
}
