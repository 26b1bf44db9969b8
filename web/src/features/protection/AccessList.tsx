import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Access } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { exactInstant, nearInstant } from '../../format/dates'
import { now } from '../../format/now'
import { ProblemNotice } from '../../ui/ProblemNotice'
import pageStyles from '../administration/AdminPage.module.css'
import styles from './AccessList.module.css'

/** Who read sensitive values of whom, where the dictionary has any. */
export function AccessList() {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const env = dictionary.environment.name
  const has = Object.values(dictionary.entities).some(({ fields }) =>
    fields.some((field) => field.personal === 'sensitive'),
  )
  const found = useQuery({
    queryKey: keys.administration(env, 'accesses'),
    enabled: has && dictionary.me.powers.includes('protect'),
    queryFn: ({ signal }) => source.protection.accesses({ signal }),
  })
  if (!has) return null
  const accesses = found.data?.value ?? []
  return (
    <section className={`${pageStyles.sheet} ${pageStyles.part}`} aria-labelledby="accesses-title">
      <h2 id="accesses-title">{t('protection.accesses.title')}</h2>
      <p className="quiet">{t('protection.accesses.hint')}</p>
      {found.error && <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />}
      {found.data && accesses.length === 0 && <p>{t('protection.accesses.none')}</p>}
      {accesses.length > 0 && (
        <ol className={styles.accesses} aria-labelledby="accesses-title">
          {accesses.map((access) => (
            <Reading key={`${access.at} ${access.by.id} ${access.id}`} access={access} />
          ))}
        </ol>
      )}
    </section>
  )
}

function Reading({ access }: { access: Access }) {
  const { t } = useTranslation()
  const { dictionary, label, manner } = useSurroundings()
  const env = dictionary.environment.name
  const entity = dictionary.entities[access.entity]
  const fields = access.fields.map((name) => {
    const field = entity?.fields.find((one) => one.name === name)
    return field ? label(field.label) : name
  })
  return (
    <li>
      <span>
        {t('protection.accesses.read', {
          name: access.by.name ?? t('protection.accesses.nobody'),
          fields: fields.join(', '),
        })}{' '}
        {entity && access.title !== null ? (
          <Link to="/e/$env/$collection/$id" params={{ env, collection: entity.collection, id: access.id }}>
            {access.title}
          </Link>
        ) : (
          t('protection.accesses.gone')
        )}
        {access.viewed && <span className="quiet"> · {t('protection.accesses.viewed')}</span>}
      </span>
      <time className="quiet" dateTime={access.at} title={exactInstant(access.at, manner)}>
        {nearInstant(access.at, now(), manner)}
      </time>
    </li>
  )
}
