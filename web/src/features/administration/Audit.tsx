import { Button, Select } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { useEffect, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Entity, Field, JournalChange } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { effective, fieldOf } from '../../dictionary/model'
import { AskedDay } from '../../fields/date/AskedDay'
import { Picker } from '../../fields/reference/Picker'
import { fieldUi } from '../../fields/registry'
import { exactInstant, nearInstant } from '../../format/dates'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { Initials } from '../../ui/Initials'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { AdminPage } from './AdminPage'
import pageStyles from './AdminPage.module.css'
import styles from './Audit.module.css'
import { type AuditSearch, journalQueryOf, operations, origins } from './auditSearch'
import { sentenceOf } from './auditSentence'
import { Restore } from './Restore'

const still = { transitionProps: { duration: 0 } }

/** The journal: who changed what, from what to what, newest first, to its very beginning. */
export function Audit() {
  const { t } = useTranslation()
  const { dictionary, source, manner } = useSurroundings()
  const env = dictionary.environment.name
  const search = useSearch({ from: '/admin/$env/audit' })
  const query = journalQueryOf(search, manner)
  const found = useInfiniteQuery({
    queryKey: keys.administration(env, 'journal', query),
    enabled: dictionary.me.powers.includes('audit'),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => source.administration.journal(query, { signal, link: pageParam }),
    getNextPageParam: (page) => page['@odata.nextLink'],
  })
  const changes = found.data?.pages.flatMap((page) => page.value) ?? []
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found
  const empty = found.data?.pages.at(-1)?.value.length === 0
  // A page that found nothing only says how far it looked.
  useEffect(() => {
    if (empty && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [empty, hasNextPage, isFetchingNextPage, fetchNextPage])
  return (
    <AdminPage title={t('administration.audit.title')} hint={t('administration.audit.hint')}>
      <Filters search={search} />
      {found.error && <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />}
      {found.isPending && (
        <Late label={t('common.loading')}>
          <Bar width="70%" />
          <Bar width="55%" />
        </Late>
      )}
      {changes.length > 0 && (
        <ol className={`${pageStyles.sheet} ${styles.changes}`} aria-label={t('administration.audit.title')}>
          {changes.map((change, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an entry has many changes, and may have changed a record of which nothing is left to name
            <Change key={`${change.position} ${change.id} ${index}`} change={change} />
          ))}
        </ol>
      )}
      {empty && hasNextPage ? (
        <p className="quiet" role="status">
          {t('administration.audit.searching')}
        </p>
      ) : hasNextPage ? (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('administration.audit.more')}
        </Button>
      ) : (
        found.data &&
        (changes.length === 0 ? (
          <EmptyMessage
            icon="history"
            title={t('administration.audit.none.title')}
            hint={t('administration.audit.none.hint')}
          />
        ) : (
          <p className="quiet">{t('administration.audit.end')}</p>
        ))
      )}
    </AdminPage>
  )
}

function Filters({ search }: { search: AuditSearch }) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const navigate = useNavigate({ from: '/admin/$env/audit' })
  const id = useId()
  const change = (next: { [Name in keyof AuditSearch]?: AuditSearch[Name] | undefined }) => {
    const merged = Object.entries({ ...search, ...next }).filter(([, value]) => value)
    void navigate({ search: Object.fromEntries(merged) as AuditSearch, replace: true })
  }
  const entities = Object.values(dictionary.entities)
  const people = entities[0]?.fields.find((field) => field.name === 'created_by')
  return (
    <form className={styles.filters} onSubmit={(event) => event.preventDefault()} aria-label={t('list.filterOn')}>
      {people && (
        <div className={`${styles.filter} ${styles.person}`}>
          <label className="mantine-InputWrapper-label" htmlFor={id}>
            {t('administration.audit.person')}
          </label>
          <Picker
            id={id}
            field={{ ...people, required: false }}
            value={search.person ?? null}
            onChange={(person) => change({ person: person ?? undefined, system: undefined })}
            onProblem={() => {}}
            describedBy={undefined}
            invalid={false}
            required={false}
            label={t('administration.audit.person')}
            partErrors={{}}
            record={null}
            collection=""
          />
        </div>
      )}
      <Select
        className={styles.filter}
        label={t('administration.audit.entity')}
        placeholder={t('administration.audit.everything')}
        data={entities
          .map((entity) => ({ value: entity.collection, label: label(entity.plural) }))
          .sort((a, b) => a.label.localeCompare(b.label))}
        value={search.collection ?? null}
        onChange={(collection) => change({ collection: collection ?? undefined, record: undefined })}
        searchable
        clearable
        comboboxProps={still}
      />
      <Select
        className={styles.filter}
        label={t('administration.audit.operation')}
        placeholder={t('administration.audit.everything')}
        data={operations.map((value) => ({ value, label: t(`administration.audit.operations.${value}`) }))}
        value={search.operation ?? null}
        onChange={(operation) => change({ operation: operation ?? undefined })}
        clearable
        comboboxProps={still}
      />
      <Select
        className={styles.filter}
        label={t('administration.audit.origin')}
        placeholder={t('administration.audit.everything')}
        data={origins.map((value) => ({ value, label: originWord(value, t) }))}
        value={search.origin ?? null}
        onChange={(origin) => change({ origin: origin ?? undefined })}
        clearable
        comboboxProps={still}
      />
      <AskedDay
        className={styles.filter}
        label={t('administration.audit.from')}
        value={search.from ?? ''}
        onChange={(day) => change({ from: day || undefined })}
      />
      <AskedDay
        className={styles.filter}
        label={t('administration.audit.to')}
        value={search.to ?? ''}
        onChange={(day) => change({ to: day || undefined })}
      />
      {search.record && (
        <Button
          variant="default"
          onClick={() => change({ record: undefined })}
          rightSection={<Icon name="x" size={14} />}
        >
          {t('administration.audit.record')}
        </Button>
      )}
      {Object.keys(search).length > 0 && (
        <Button variant="subtle" onClick={() => void navigate({ search: {}, replace: true })}>
          {t('administration.audit.clear')}
        </Button>
      )}
    </form>
  )
}

function originWord(origin: string, t: TFunction): string {
  // Beside a change these two go without saying; among choices they have a name.
  if (origin === 'web') return 'Web'
  if (origin === 'system') return t('history.system')
  const known = (origins as readonly string[]).includes(origin)
  return known ? t(`history.origin.${origin as (typeof origins)[number]}`) || origin : origin
}

/** What a record that is no more was called, as far as this change says. */
function lastTitle(entity: Entity, change: JournalChange): string | null {
  const side = change.operation === 'delete' ? 0 : 1
  let known = true
  const said = entity.title.replace(/\{([^}]*)\}/g, (_, path: string) => {
    const value = change.changes?.[path.trim()]?.[side]
    if (typeof value === 'string' || typeof value === 'number') return String(value)
    known = false
    return ''
  })
  return known && said.trim() ? said : null
}

function Change({ change }: { change: JournalChange }) {
  const { t } = useTranslation()
  const { dictionary, label, manner } = useSurroundings()
  const env = dictionary.environment.name
  const entity = change.entity ? dictionary.entities[change.entity] : undefined
  const who = change.actor.id ? (change.actor.name ?? '?') : t('administration.audit.system')
  const moved = Object.entries(change.changes ?? {}).flatMap(([key, [from, to]]) => {
    const field = entity && (fieldOf(entity, key) ?? fieldOf(entity, key.replace(/_id$/, '')))
    return field && field.type !== 'computed' && !field.system ? [{ field, from, to }] : []
  })
  const what = entity ? label(entity.label) : (change.entity ?? '')
  const sentence = change.operation && change.entity ? sentenceOf(change, t) : null
  const gone = change.title === null
  const title = change.title ?? (entity && lastTitle(entity, change)) ?? change.id ?? ''
  return (
    <li className={styles.change}>
      <Initials name={who} size={26} />
      <div className={styles.told}>
        <p>
          <strong>{who}</strong> {!sentence && change.operation && t(`administration.audit.made.${change.operation}`)}{' '}
          {sentence ? (
            sentence
          ) : change.redacted ? (
            <em>{t('administration.audit.redacted')}</em>
          ) : (
            <>
              <span className="quiet">{what}</span>{' '}
              {entity && change.id && change.title ? (
                <Link to="/e/$env/$collection/$id" params={{ env, collection: entity.collection, id: change.id }}>
                  {title}
                </Link>
              ) : (
                <>
                  <span>{title}</span>
                  {gone && change.operation !== 'delete' && (
                    <em className="quiet"> · {t('administration.audit.gone')}</em>
                  )}
                </>
              )}
            </>
          )}
        </p>
        <p className={`${styles.when} quiet`}>
          <time dateTime={change.at} title={exactInstant(change.at, manner)}>
            {nearInstant(change.at, now(), manner)}
          </time>
          {!['web', 'system'].includes(change.origin) && ` · ${originWord(change.origin, t)}`}
          {entity && change.id && (
            <>
              {' · '}
              <Link
                to="/admin/$env/audit"
                params={{ env }}
                search={{ collection: entity.collection, record: change.id }}
              >
                {t('administration.audit.record')}
              </Link>
            </>
          )}
        </p>
        {entity &&
          change.id &&
          gone &&
          change.operation === 'delete' &&
          dictionary.me.powers.includes('administer') && (
            <p className={styles.restore}>
              <Restore entity={entity} id={change.id} title={title} />
            </p>
          )}
        {moved.length > 0 ? (
          <details open={change.operation === 'update' && moved.length <= 4}>
            <summary>{t('administration.audit.fields', { count: moved.length })}</summary>
            <dl className={styles.fields}>
              {moved.map(({ field, from, to }) => (
                <div key={field.name}>
                  <dt>{label(field.label)}</dt>
                  <dd>
                    {change.operation !== 'create' && (
                      <del>
                        <span className="hidden-text">{t('history.was')} </span>
                        <Told field={field} raw={from} />
                      </del>
                    )}
                    {change.operation === 'update' && <span aria-hidden="true"> → </span>}
                    {change.operation !== 'delete' && (
                      <ins>
                        <span className="hidden-text">{t('history.is')} </span>
                        <Told field={field} raw={to} />
                      </ins>
                    )}
                  </dd>
                </div>
              ))}
            </dl>
          </details>
        ) : (
          change.operation === 'update' &&
          !sentence && <p className={`${styles.when} quiet`}>{t('administration.audit.follows')}</p>
        )}
      </div>
    </li>
  )
}

/** A value of the journal in words. */
function Told({ field: raw, raw: value }: { field: Field; raw: unknown }) {
  const { t } = useTranslation()
  const field = effective(raw)
  const ui = fieldUi(field)
  const held = ui.of(value)
  if (held === null) return <em>{t('history.empty')}</em>
  if (ui.wide && ui.group) return <>{t('history.contentChanged')}</>
  return <ui.Cell field={field} value={held} />
}
