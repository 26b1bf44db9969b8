import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { Mark } from '../../ui/Mark'
import styles from './Me.module.css'
import { MePage } from './MePage'

/** What runs here: its version, its licence, and the dictionary that makes this environment. */
export function About() {
  const { t } = useTranslation()
  const { dictionary, source, label } = useSurroundings()
  const version = useQuery({ queryKey: ['version'], queryFn: ({ signal }) => source.version({ signal }) }).data
  const { environment } = dictionary
  return (
    <MePage title={t('about.title')}>
      <dl className={`${styles.sheet} ${styles.facts}`}>
        <dt>{t('about.product')}</dt>
        <dd>
          <Mark size={16} /> {t('app.name')} <span className="figures">{version ?? '…'}</span>
        </dd>
        <dt>{t('about.licence')}</dt>
        <dd>
          <a href="https://www.apache.org/licenses/LICENSE-2.0">Apache-2.0</a> ·{' '}
          <a href="/notices.txt">{t('about.notices')}</a>
        </dd>
        <dt>{t('about.environment')}</dt>
        <dd>
          {environment.label} · <code>{environment.name}</code>
        </dd>
        <dt>{t('about.zone')}</dt>
        <dd>{environment.time_zone.replaceAll('_', ' ')}</dd>
        <dt>{t('about.dictionary')}</dt>
        <dd>
          <code title={dictionary.hash}>{dictionary.hash.slice(0, 16)}</code>
        </dd>
        <dt>{t('about.modules')}</dt>
        <dd>
          <ul aria-label={t('about.modules')}>
            {dictionary.modules.map((module) => (
              <li key={module.name}>
                {label(module.label)} <span className="quiet figures">{module.version}</span>
              </li>
            ))}
          </ul>
        </dd>
      </dl>
    </MePage>
  )
}
