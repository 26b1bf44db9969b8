import { useQuery } from '@tanstack/react-query'
import { Link, type LinkProps } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { SecurityFinding } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { AdminPage } from './AdminPage'
import styles from './SecurityReport.module.css'

/** What protects the environment, and what is missing: what is to be mended comes first. */
export function SecurityReport() {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const { environment, me } = dictionary
  const found = useQuery({
    queryKey: keys.administration(environment.name, 'security'),
    queryFn: ({ signal }) => source.administration.security({ signal }),
    enabled: me.powers.includes('administer'),
    // It is looked at to see what one has just mended.
    staleTime: 0,
  })
  const of = (verdict: SecurityFinding['verdict']) => (found.data ?? []).filter((one) => one.verdict === verdict)
  const open = [...of('bad'), ...of('warning')]
  const good = of('good')
  return (
    <AdminPage title={t('securityReport.title')} hint={t('securityReport.intro')}>
      {found.error && <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />}
      {found.isPending && (
        <Late label={t('common.loading')}>
          <Bar width="60%" />
        </Late>
      )}
      {open.length > 0 && <Findings title={t('securityReport.open', { count: open.length })} findings={open} />}
      {good.length > 0 && <Findings title={t('securityReport.good', { count: good.length })} findings={good} />}
    </AdminPage>
  )
}

function Findings({ title, findings }: { title: string; findings: SecurityFinding[] }) {
  return (
    <section className={styles.section} aria-label={title}>
      <h2>{title}</h2>
      <ul className={styles.list}>
        {findings.map((one) => (
          <Finding key={one.name} one={one} />
        ))}
      </ul>
    </section>
  )
}

const icons = { good: 'circle-check', warning: 'alert-triangle', bad: 'alert-circle' } as const

/** Where it is mended, for what is mended here. */
const places: Record<string, LinkProps['to']> = {
  second_factor: '/admin/$env/sign-ins',
  administrators: '/admin/$env/people',
  dormant: '/admin/$env/people',
  assistance: '/admin/$env/assistance',
  attempts: '/admin/$env/sign-ins',
}

function Finding({ one }: { one: SecurityFinding }) {
  const { t } = useTranslation()
  const { dictionary } = useSurroundings()
  const to = one.verdict === 'good' ? undefined : places[one.name]
  return (
    <li className={styles.one}>
      <span
        className={styles.mark}
        data-verdict={one.verdict}
        role="img"
        aria-label={t(`securityReport.verdicts.${one.verdict}`)}
      >
        <Icon name={icons[one.verdict]} size={20} />
      </span>
      <div className={styles.words}>
        <p>{one.found}</p>
        {one.concerned.length > 0 && <p className="quiet">{one.concerned.join(', ')}</p>}
        {one.mend && <p className="quiet">{one.mend}</p>}
      </div>
      {to && (
        <Link to={to as '/admin/$env/people'} params={{ env: dictionary.environment.name }}>
          {t('securityReport.goThere')}
        </Link>
      )}
    </li>
  )
}
