import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Entity, Field, HistoryEntry } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { effective, fieldOf } from '../../dictionary/model'
import { fieldUi } from '../../fields/registry'
import { exactInstant, nearInstant } from '../../format/dates'
import { now } from '../../format/now'
import type { fr } from '../../i18n/fr'
import { Initials } from '../../ui/Initials'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { fieldNameOf } from './conflict'
import styles from './History.module.css'

/** What happened to a record, newest first, as the journal has it: who, when, from what to what. */
export function History({ entity, id }: { entity: Entity; id: string }) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const found = useInfiniteQuery({
    queryKey: keys.history(dictionary.environment.name, entity.name, id),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      pageParam === null
        ? source.history(entity.collection, id, { signal })
        : source.historyNext(pageParam, { signal }),
    getNextPageParam: (page) => page['@odata.nextLink'] ?? null,
  })
  if (found.isPending)
    return (
      <Late label={t('common.loading')}>
        <p className={styles.waiting}>
          <Bar width="70%" />
        </p>
        <p className={styles.waiting}>
          <Bar width="50%" />
        </p>
      </Late>
    )
  if (found.error) return <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />
  const entries = found.data.pages
    .flatMap((page) => page.value)
    .filter((entry) => entry.operation !== 'update' || changesOf(entity, entry).length > 0)
  if (entries.length === 0) return <p className="quiet">{t('history.nothing')}</p>
  return (
    <>
      <ol className={styles.entries} aria-label={t('history.title')}>
        {entries.map((entry) => (
          <Entry key={entry.position} entry={entry} entity={entity} />
        ))}
      </ol>
      {found.hasNextPage && (
        <Button
          variant="default"
          fullWidth
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {t('history.more')}
        </Button>
      )}
    </>
  )
}

interface Change {
  field: Field
  from: unknown
  to: unknown
}

/** What was changed by somebody: what the system keeps or works out from the rest is no news. */
function changesOf(entity: Entity, entry: HistoryEntry): Change[] {
  return Object.entries(entry.changes ?? {}).flatMap(([key, [from, to]]) => {
    const field = fieldOf(entity, fieldNameOf(entity, key))
    return field && !field.system && field.type !== 'computed' ? [{ field, from, to }] : []
  })
}

function Entry({ entry, entity }: { entry: HistoryEntry; entity: Entity }) {
  const { t } = useTranslation()
  const { manner, label } = useSurroundings()
  const changes = changesOf(entity, entry)
  const who = entry.actor?.name || t('history.system')
  const known = entry.origin in originWords ? t(`history.origin.${entry.origin as keyof typeof originWords}`) : ''
  const what = {
    create: () => t('history.created'),
    delete: () => t('history.deleted'),
    update: () =>
      t('history.updated', { count: changes.length, what: changes[0] ? `« ${label(changes[0].field.label)} »` : '' }),
  }[entry.operation ?? 'update']()
  return (
    <li className={styles.entry}>
      <Initials name={who} size={26} />
      <div className={styles.told}>
        <p>
          <strong>{who}</strong> {what}
        </p>
        <p className={styles.when}>
          <time dateTime={entry.at} title={exactInstant(entry.at, manner)}>
            {nearInstant(entry.at, now(), manner)}
          </time>
          {known && ` · ${known}`}
        </p>
        {changes.length > 0 && (
          <Changes changes={changes} first={entry.operation === 'create'} open={entry.operation === 'update'} />
        )}
      </div>
    </li>
  )
}

const originWords: Record<keyof typeof fr.history.origin, true> = {
  api: true,
  web: true,
  sync: true,
  import: true,
  flow: true,
  script: true,
  restore: true,
  system: true,
}

function Changes({ changes, first, open }: { changes: Change[]; first: boolean; open: boolean }) {
  const { t } = useTranslation()
  const { label } = useSurroundings()
  const list = (
    <dl className={styles.changes}>
      {changes
        .filter((change) => !first || change.to !== null)
        .map(({ field, from, to }) => (
          <div key={field.name}>
            <dt>{label(field.label)}</dt>
            <dd>
              {!first && (
                <>
                  <del>
                    <span className="hidden-text">{t('history.was')} </span>
                    <Told field={field} raw={from} />
                  </del>
                  <span aria-hidden="true"> → </span>
                </>
              )}
              <ins>
                <span className="hidden-text">{t('history.is')} </span>
                <Told field={field} raw={to} />
              </ins>
            </dd>
          </div>
        ))}
    </dl>
  )
  if (open) return list
  return (
    <details className={styles.more}>
      <summary>{t('history.first')}</summary>
      {list}
    </details>
  )
}

/** A value of the journal in words; of types that do not fit a line, that it changed. */
function Told({ field: raw, raw: value }: { field: Field; raw: unknown }) {
  const { t } = useTranslation()
  const field = effective(raw)
  const ui = fieldUi(field)
  const held = ui.of(value)
  if (held === null) return <span className={styles.nothing}>{t('history.empty')}</span>
  if (ui.wide && ui.group) return <>{t('history.contentChanged')}</>
  return <ui.Cell field={field} value={held} />
}
