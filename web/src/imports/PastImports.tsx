import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../api/keys'
import { asProblem } from '../api/problem'
import type { ImportShort } from '../api/types'
import { useSurroundings } from '../dictionary/context'
import { exactInstant, nearInstant } from '../format/dates'
import { now } from '../format/now'
import { decimal } from '../format/numbers'
import { ProblemNotice } from '../ui/ProblemNotice'
import { Tag } from '../ui/Tag'
import styles from './PastImports.module.css'
import { stageColour } from './stages'

/** Imports made before, newest first, of one collection or of all: each leads to its report. */
export function PastImports({ collection }: { collection?: string }) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const env = dictionary.environment.name
  const found = useInfiniteQuery({
    queryKey: [...keys.imports(env), collection ?? ''],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => source.imports.list(collection, { signal, link: pageParam }),
    getNextPageParam: (page) => page['@odata.nextLink'],
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.value.some(({ live }) => live)) ? 1000 : false,
  })
  if (found.error) return <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />
  const jobs = found.data?.pages.flatMap((page) => page.value)
  if (!jobs) return null
  if (jobs.length === 0) return <p className="quiet">{t('import.past.none')}</p>
  return (
    <>
      <ul className={styles.list}>
        {jobs.map((job) => (
          <Past key={job.id} job={job} named={collection === undefined} />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t('import.more')}
        </Button>
      )}
    </>
  )
}

function Past({ job, named }: { job: ImportShort; named: boolean }) {
  const { t } = useTranslation()
  const { dictionary, label, manner } = useSurroundings()
  const entity = dictionary.entities[job.entity]
  const stage = job.interrupted ? 'interrupted' : job.stage
  const { report } = job
  const figures = report && [
    t('import.counts.created', { count: report.created, shown: decimal(report.created, manner) }),
    t('import.counts.updated', { count: report.updated, shown: decimal(report.updated, manner) }),
    ...(report.refused > 0
      ? [t('import.counts.refused', { count: report.refused, shown: decimal(report.refused, manner) })]
      : []),
  ]
  const at = job.started_at ?? job.created_at
  const inner = (
    <>
      <span className={styles.file}>
        {named && entity && <span className="quiet">{label(entity.plural)} · </span>}
        {job.file}
      </span>
      <Tag colour={stageColour(stage)} word={t(`import.stages.${stage}`)} />
      <span className={`${styles.figures} quiet figures`}>{figures?.join(' · ')}</span>
      <span className={`${styles.when} quiet`}>
        <time dateTime={at} title={exactInstant(at, manner)}>
          {nearInstant(at, now(), manner)}
        </time>
        {job.by?.name && ` · ${job.by.name}`}
      </span>
    </>
  )
  return (
    <li>
      {entity ? (
        <Link
          to="/e/$env/$collection/import"
          params={{ env: dictionary.environment.name, collection: entity.collection }}
          search={{ import: job.id }}
          className={styles.line}
        >
          {inner}
        </Link>
      ) : (
        <span className={styles.line}>{inner}</span>
      )}
    </li>
  )
}
