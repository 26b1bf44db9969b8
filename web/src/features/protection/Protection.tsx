import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Erasure } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { exactInstant, nearInstant } from '../../format/dates'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { AdminPage } from '../administration/AdminPage'
import pageStyles from '../administration/AdminPage.module.css'
import { AccessList } from './AccessList'
import { ExpiringList } from './ExpiringList'
import { ExportList } from './ExportList'
import styles from './Protection.module.css'
import { erasedWords } from './words'

/** Stands for the many in the certificate of a retention run. */
const many = '00000000-0000-0000-0000-000000000000'

/** Where people are found of whom something is held, and the certificates of those who were erased. */
export function Protection() {
  const { t } = useTranslation()
  const { dictionary, source, label } = useSurroundings()
  const env = dictionary.environment.name
  const found = useQuery({
    queryKey: keys.administration(env, 'erasures'),
    enabled: dictionary.me.powers.includes('protect'),
    queryFn: ({ signal }) => source.protection.erasures({ signal }),
  })
  const people = Object.values(dictionary.entities).filter((entity) => entity.person)
  const erasures = found.data?.value ?? []
  return (
    <AdminPage title={t('protection.title')} hint={t('protection.hint')} power="protect">
      <section className={`${pageStyles.sheet} ${pageStyles.part}`} aria-labelledby="people-title">
        <h2 id="people-title">{t('protection.who')}</h2>
        <p className="quiet">{t('protection.whoHint')}</p>
        <ul className={styles.people}>
          {people.map((entity) => (
            <li key={entity.name}>
              <Link to="/e/$env/$collection" params={{ env, collection: entity.collection }}>
                <Icon name={entity.icon} size={18} />
                {label(entity.plural)}
              </Link>
            </li>
          ))}
        </ul>
      </section>
      <ExpiringList />
      <AccessList />
      <ExportList />
      <section className={styles.erasures} aria-labelledby="erasures-title">
        <h2 id="erasures-title">{t('protection.erasures.title')}</h2>
        {found.error && <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />}
        {found.isPending && (
          <Late label={t('common.loading')}>
            <Bar width="60%" />
          </Late>
        )}
        {found.data && erasures.length === 0 && (
          <EmptyMessage
            icon="eraser"
            title={t('protection.erasures.none.title')}
            hint={t('protection.erasures.none.hint')}
          />
        )}
        {erasures.length > 0 && (
          <ol className={pageStyles.sheet} aria-labelledby="erasures-title">
            {erasures.map((erasure) => (
              <Certificate key={erasure.id} erasure={erasure} />
            ))}
          </ol>
        )}
      </section>
    </AdminPage>
  )
}

function Certificate({ erasure }: { erasure: Erasure }) {
  const { t } = useTranslation()
  const { dictionary, label, manner } = useSurroundings()
  const env = dictionary.environment.name
  const entity = dictionary.entities[erasure.entity]
  const moment = erasure.done_at ?? erasure.at
  return (
    <li className={styles.certificate}>
      <p>
        {entity && erasure.person === many ? (
          `${label(entity.plural)} — ${t('protection.expiring.many')}`
        ) : entity ? (
          <Link
            to="/admin/$env/protection/$collection/$id"
            params={{ env, collection: entity.collection, id: erasure.person }}
          >
            {label(entity.label)} <span className="figures">{erasure.person.slice(0, 13)}</span>
          </Link>
        ) : (
          erasure.entity
        )}
        {' · '}
        <time dateTime={moment} title={exactInstant(moment, manner)}>
          {erasure.done_at
            ? nearInstant(erasure.done_at, now(), manner)
            : erasure.live
              ? t('protection.erasures.running')
              : t('protection.erase.stopped')}
        </time>
      </p>
      <p className="quiet">
        {erasedWords(erasure, t)}
        {erasure.kept.length > 0 && ` · ${t('protection.erasures.kept', { count: erasure.kept.length })}`}
      </p>
      {erasure.seal && (
        <p className={`${styles.seal} quiet`}>
          {t('protection.erasures.seal')} <code>{erasure.seal}</code>
        </p>
      )}
    </li>
  )
}
