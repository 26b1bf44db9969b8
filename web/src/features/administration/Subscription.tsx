import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { UsageLine } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { exactDay } from '../../format/dates'
import { bytes, decimal } from '../../format/numbers'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { Bar, Late } from '../../ui/Late'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { AdminPage } from './AdminPage'
import page from './AdminPage.module.css'
import styles from './Subscription.module.css'

/** Percent from which people are warned. */
const near = 80

/** What the client bought, what is used of it, and until when: read here, changed by whoever sold it. */
export function Subscription() {
  const { t } = useTranslation()
  const { dictionary } = useSurroundings()
  const found = useSubscription()
  const told = found.data?.subscription
  return (
    <AdminPage title={t('subscription.title')} hint={t('subscription.hint')}>
      {found.error && <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />}
      {found.isPending && dictionary.me.powers.includes('administer') && (
        <Late label={t('common.loading')}>
          <Bar width="60%" />
        </Late>
      )}
      {found.data && !told && (
        <EmptyMessage icon="file-certificate" title={t('subscription.none.title')} hint={t('subscription.none.hint')} />
      )}
      <SubscriptionNotices />
      {told && (
        <>
          <section className={`${page.sheet} ${page.part}`} aria-labelledby="usage-title">
            <h2 id="usage-title">{t('subscription.used')}</h2>
            <p className="quiet">{t('subscription.usedHint')}</p>
            <ul className={styles.measures}>
              {told.lines
                .filter(({ environment }) => environment === null)
                .map((line) => (
                  <Measure key={line.measure + (line.profile ?? '')} line={line} />
                ))}
            </ul>
          </section>
          <Environments lines={told.lines.filter(({ environment }) => environment !== null)} />
          <Terms told={told} />
        </>
      )}
    </AdminPage>
  )
}

function useSubscription() {
  const { dictionary, source } = useSurroundings()
  return useQuery({
    queryKey: keys.administration(dictionary.environment.name, 'subscription'),
    enabled: dictionary.me.powers.includes('administer'),
    queryFn: ({ signal }) => source.administration.subscription({ signal }),
  })
}

/** Says to who administers which volumes are nearly, or wholly, used. */
export function SubscriptionNotices() {
  const { t } = useTranslation()
  const told = useSubscription().data?.subscription
  const name = useMeasureName()
  if (!told) return null
  return told.lines
    .filter(({ share }) => (share ?? 0) >= near)
    .map((line) => (
      <Notice
        key={line.measure + (line.profile ?? '')}
        tone="warning"
        title={
          (line.share ?? 0) >= 100
            ? t('subscription.full', { measure: name(line) })
            : t('subscription.near', { measure: name(line), share: line.share })
        }
        hint={t('subscription.ask', { ask: told.ask })}
      />
    ))
}

function useMeasureName() {
  const { t } = useTranslation()
  return ({ measure, profile }: UsageLine) => {
    const word = t(`subscription.measures.${measure}`)
    return profile ? t('subscription.ofProfile', { measure: word, profile }) : word
  }
}

function useAmount() {
  const { manner } = useSurroundings()
  return ({ measure }: UsageLine, counted: number) =>
    measure === 'storage' ? bytes(counted, manner) : decimal(counted, manner)
}

function Measure({ line }: { line: UsageLine }) {
  const { t } = useTranslation()
  const name = useMeasureName()(line)
  const amount = useAmount()
  const { used, included, share } = line
  const words =
    used === null
      ? t('subscription.unused')
      : included === null
        ? t('subscription.free', { used: amount(line, used) })
        : t('subscription.of', { used: amount(line, used), included: amount(line, included) })
  return (
    <li className={styles.measure}>
      <span className={styles.name}>{name}</span>
      <span className={styles.words}>
        {words}
        {share !== null && <strong data-full={share >= 100 || undefined}>{t('subscription.share', { share })}</strong>}
      </span>
      {share !== null && (
        <span className={styles.track} data-tone={share >= 100 ? 'full' : share >= near ? 'near' : 'good'} aria-hidden>
          <span style={{ inlineSize: `${Math.min(share, 100)}%` }} />
        </span>
      )}
    </li>
  )
}

const columns = ['named_users', 'storage', 'records_written', 'emails'] as const

function Environments({ lines }: { lines: UsageLine[] }) {
  const { t } = useTranslation()
  const amount = useAmount()
  const names = [...new Set(lines.map(({ environment }) => environment))]
  return (
    <section className={`${page.sheet} ${page.part}`} aria-labelledby="environments-title">
      <h2 id="environments-title">{t('subscription.byEnvironment')}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on a phone, and has to by the keyboard too */}
      <section className={styles.wide} aria-label={t('subscription.byEnvironment')} tabIndex={0}>
        <table className={page.table}>
          <thead>
            <tr>
              <th scope="col">{t('subscription.environment')}</th>
              {columns.map((measure) => (
                <th key={measure} scope="col" className={styles.number}>
                  {t(`subscription.measures.${measure}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {columns.map((measure) => {
                  const line = lines.find((one) => one.environment === name && one.measure === measure)
                  return (
                    <td key={measure} className={styles.number}>
                      {line && line.used !== null ? amount(line, line.used) : ''}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}

function Terms({
  told,
}: {
  told: NonNullable<NonNullable<ReturnType<typeof useSubscription>['data']>['subscription']>
}) {
  const { t } = useTranslation()
  const { dictionary, manner, label } = useSurroundings()
  const words = told.modules.map((name) => {
    const module = dictionary.modules.find((one) => one.name === name)
    return module ? label(module.label) : name
  })
  return (
    <section className={`${page.sheet} ${page.part}`} aria-labelledby="terms-title">
      <h2 id="terms-title">{t('subscription.terms')}</h2>
      <dl className={page.facts}>
        <dt>{t('subscription.client')}</dt>
        <dd>{told.client}</dd>
        <dt>{t('subscription.code')}</dt>
        <dd className={page.code}>{told.code}</dd>
        <dt>{t('subscription.from')}</dt>
        <dd>{told.starts_on ? exactDay(told.starts_on, manner) : ''}</dd>
        <dt>{t('subscription.until')}</dt>
        <dd>{told.ends_on ? exactDay(told.ends_on, manner) : t('subscription.noEnd')}</dd>
        <dt>{t('subscription.modules')}</dt>
        <dd>{words.join(', ')}</dd>
      </dl>
    </section>
  )
}
