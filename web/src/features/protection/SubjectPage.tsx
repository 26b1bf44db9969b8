import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Subject } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { exactDay } from '../../format/dates'
import { Icon } from '../../icons/Icon'
import { Bar, Late } from '../../ui/Late'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { AdminPage } from '../administration/AdminPage'
import pageStyles from '../administration/AdminPage.module.css'
import { ErasureProgress } from './ErasureProgress'
import styles from './SubjectPage.module.css'
import { TypedDialog } from './TypedDialog'

/** What is held about one person: told to them as an archive, erased once their name was typed. */
export function SubjectPage() {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const env = dictionary.environment.name
  const { collection, id } = useParams({ from: '/admin/$env/protection/$collection/$id' })
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const [begun, setBegun] = useState<string | null>(null)
  const key = keys.administration(env, 'subject', collection, id)
  const found = useQuery({
    queryKey: key,
    enabled: dictionary.me.powers.includes('protect'),
    queryFn: ({ signal }) => source.protection.subject(collection, id, { signal }),
  })
  const subject = found.data
  const erasure = begun ?? subject?.running ?? null
  const name = subject ? subject.title || t('protection.subject.deleted') : ''
  return (
    <AdminPage
      title={name || t('protection.title')}
      hint={subject && t('protection.subject.hint', { name: dictionary.environment.label })}
      power="protect"
      back={{ to: { to: '/admin/$env/protection', params: { env } }, word: t('protection.subject.back') }}
      actions={
        subject && (
          <div className={styles.actions}>
            <Button
              component="a"
              variant="default"
              href={source.protection.exportUrl(collection, id)}
              download
              title={t('protection.subject.exportHint')}
              leftSection={<Icon name="download" size={16} />}
            >
              {t('protection.subject.export')}
            </Button>
            {!erasure && !subject.refused && (
              <Button
                variant="default"
                className={styles.danger}
                onClick={() => setAsking(true)}
                leftSection={<Icon name="eraser" size={16} />}
              >
                {t('protection.erase.ask')}
              </Button>
            )}
          </div>
        )
      }
    >
      {found.error && <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />}
      {found.isPending && (
        <Late label={t('common.loading')}>
          <Bar width="70%" />
          <Bar width="50%" />
        </Late>
      )}
      {subject?.refused && <Notice tone="warning" title={subject.refused} />}
      {erasure && (
        <ErasureProgress
          id={erasure}
          onDone={() => {
            void client.invalidateQueries({ queryKey: key })
            void client.invalidateQueries({ queryKey: keys.administration(env, 'erasures') })
          }}
        />
      )}
      {subject && <Held subject={subject} collection={collection} />}
      {asking && subject && (
        <TypedDialog
          // Who was deleted has no name any more.
          name={subject.title || subject.id}
          title={t('protection.erase.title', { name: subject.title || subject.id })}
          what={t('protection.erase.what')}
          now={t('protection.erase.now')}
          run={(typed) => source.protection.erase(collection, id, typed)}
          onClose={() => setAsking(false)}
          onBegun={(erasure) => {
            setAsking(false)
            setBegun(erasure)
          }}
        />
      )}
    </AdminPage>
  )
}

function Held({ subject, collection }: { subject: Subject; collection: string }) {
  const { t } = useTranslation()
  const { dictionary, label, manner } = useSurroundings()
  const env = dictionary.environment.name
  const entityOf = (name: string) => dictionary.entities[name]
  const plural = (name: string) => {
    const entity = entityOf(name)
    return entity ? label(entity.plural) : name
  }
  const fieldWord = (entity: string, name: string) => {
    const field = entityOf(entity)?.fields.find((one) => one.name === name)
    return field ? label(field.label) : name
  }
  return (
    <>
      <section className={`${pageStyles.sheet} ${pageStyles.part}`} aria-labelledby="held-title">
        <div className={styles.sectionHead}>
          <h2 id="held-title">{t('protection.subject.held')}</h2>
          {subject.title && (
            <Link to="/e/$env/$collection/$id" params={{ env, collection, id: subject.id }}>
              {t('protection.subject.record')}
            </Link>
          )}
        </div>
        <table className={`${pageStyles.table} ${styles.table}`}>
          <thead>
            <tr>
              <th scope="col">{t('protection.subject.entity')}</th>
              <th scope="col" className={styles.number}>
                {t('protection.subject.records')}
              </th>
              <th scope="col">{t('protection.subject.fields')}</th>
            </tr>
          </thead>
          <tbody>
            {subject.records.map((erased) => (
              <tr key={erased.entity}>
                <th scope="row">{plural(erased.entity)}</th>
                <td className={`${styles.number} figures`}>{erased.records}</td>
                <td>
                  {Object.keys(erased.fields)
                    .map((field) => fieldWord(erased.entity, field))
                    .join(', ') || <span className="quiet">{t('protection.subject.nothing')}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="quiet">
          {t('protection.subject.also', {
            entries: t('protection.subject.entries', { count: subject.entries }),
            files: t('protection.subject.files', { count: subject.files }),
            deleted: t('protection.subject.gone', { count: subject.deleted }),
          })}
        </p>
      </section>
      {subject.kept.length > 0 && (
        <section className={`${pageStyles.sheet} ${pageStyles.part}`} aria-labelledby="kept-title">
          <h2 id="kept-title">{t('protection.subject.kept')}</h2>
          <ul className={styles.kept}>
            {subject.kept.map((kept) => (
              <li key={kept.id}>
                <Link
                  to="/e/$env/$collection/$id"
                  params={{ env, collection: entityOf(kept.entity)?.collection ?? kept.entity, id: kept.id }}
                >
                  {kept.title}
                </Link>{' '}
                {t('protection.subject.until', { day: exactDay(kept.until, manner) })}
                <span className="quiet"> · {kept.because}</span>
              </li>
            ))}
          </ul>
          <p className="quiet">{t('protection.subject.keptName')}</p>
        </section>
      )}
      {subject.named_by.length > 0 && (
        <section className={`${pageStyles.sheet} ${pageStyles.part}`} aria-labelledby="named-title">
          <h2 id="named-title">{t('protection.subject.named')}</h2>
          <p className="quiet">{t('protection.subject.namedHint')}</p>
          <ul className={styles.named}>
            {subject.named_by.map((named) => (
              <li key={`${named.entity} ${named.field}`}>
                <span>{plural(named.entity)}</span>
                <span className="quiet">
                  {fieldWord(named.entity, named.field)} · <span className="figures">{named.records}</span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}
