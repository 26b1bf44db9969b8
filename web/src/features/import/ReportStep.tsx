import { Button } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Entity, Import, ImportLeft } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { exactInstant, nearInstant } from '../../format/dates'
import { now } from '../../format/now'
import { decimal } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Advance } from './Advance'
import { Reasons } from './PreviewStep'
import styles from './ReportStep.module.css'

/** What was done; what to do with the rows that were refused; and the way back. */
export function ReportStep({ entity, job, onAgain }: { entity: Entity; job: Import; onAgain(): void }) {
  const { t } = useTranslation()
  const { dictionary, source, label, manner } = useSurroundings()
  const env = dictionary.environment.name
  const client = useQueryClient()
  const told = (next: Import) => {
    client.setQueryData(keys.import(env, job.id), next)
    void client.invalidateQueries({ queryKey: keys.imports(env) })
  }
  const stop = useMutation({ mutationFn: () => source.imports.stop(job.id), onSuccess: told })
  const goOn = useMutation({ mutationFn: () => source.imports.run(job.id), onSuccess: told })
  const undo = useMutation({ mutationFn: () => source.imports.undo(job.id), onSuccess: told })
  const [asking, setAsking] = useState(false)
  const failed = stop.error ?? goOn.error ?? undo.error
  const { report, undone } = job
  const wrote = (report?.created ?? 0) + (report?.updated ?? 0)
  const at = job.ended_at ?? job.started_at
  if (job.live)
    return (
      <>
        {failed && <ProblemNotice problem={asProblem(failed)} />}
        <Advance
          job={job}
          title={t(job.stage === 'undoing' ? 'import.report.undoing' : 'import.report.running')}
          stopping={stop.isPending || stop.isSuccess}
          onStop={() => stop.mutate()}
        />
      </>
    )
  const backing = job.stage === 'undoing' || job.stage === 'undone'
  const unfinished = job.stage === 'stopped' || (job.interrupted && job.stage === 'running')
  return (
    <>
      {failed && <ProblemNotice problem={asProblem(failed)} />}
      {job.problem && <Notice tone="danger" title={t('import.problem')} hint={job.problem} />}
      {unfinished && (
        <Notice
          tone="warning"
          title={t(job.interrupted ? 'import.report.interrupted' : 'import.report.stopped')}
          hint={t('import.report.stoppedHint')}
        >
          <Button loading={goOn.isPending} onClick={() => goOn.mutate()}>
            {t('import.report.goOn')}
          </Button>
        </Notice>
      )}
      <section className={styles.report} aria-labelledby="report-title">
        <h2 id="report-title">
          <Icon name={backing ? 'arrow-back-up' : 'check'} size={18} />
          {t(
            backing
              ? job.stage === 'undone'
                ? 'import.report.undone'
                : 'import.report.halfUndone'
              : 'import.report.done',
          )}
        </h2>
        {at && (
          <p className="quiet">
            <time dateTime={at} title={exactInstant(at, manner)}>
              {nearInstant(at, now(), manner)}
            </time>
            {job.by?.name && ` · ${job.by.name}`}
          </p>
        )}
        {undone && backing ? (
          <dl className={styles.figures}>
            <Figure value={undone.done} word={t('import.report.putBack')} />
            <Figure value={undone.left} word={t('import.report.left')} />
          </dl>
        ) : (
          report && (
            <dl className={styles.figures}>
              <Figure value={report.created} word={t('import.outcomes.created')} />
              <Figure value={report.updated} word={t('import.outcomes.updated')} />
              <Figure value={report.same} word={t('import.outcomes.same')} />
              <Figure value={report.refused} word={t('import.outcomes.refused')} />
            </dl>
          )
        )}
        <div className={styles.actions}>
          <Button component={Link} to={`/e/${env}/${entity.collection}` as '/'} variant="default">
            {t('import.report.see', { what: label(entity.plural) })}
          </Button>
          <Button variant="default" onClick={onAgain}>
            {t('import.report.another')}
          </Button>
        </div>
      </section>
      {job.refused_file && !backing && (
        <section className={styles.aside} aria-labelledby="refused-title">
          <div>
            <h2 id="refused-title">{t('import.report.refusedTitle', { count: report?.refused ?? 0 })}</h2>
            <p className="quiet">{t('import.report.refusedHint')}</p>
          </div>
          <Button
            component="a"
            href={source.imports.refusedUrl(job.id)}
            download
            leftSection={<Icon name="download" size={16} />}
          >
            {t('import.report.download')}
          </Button>
        </section>
      )}
      {report && report.reasons.length > 0 && !backing && <Reasons tally={report} />}
      {undone && undone.left > 0 && <Left job={job} />}
      {(wrote > 0 || unfinished || backing) && (
        <section className={styles.aside} aria-labelledby="undo-title">
          <div>
            <h2 id="undo-title">{t(backing ? 'import.report.again' : 'import.report.undoTitle')}</h2>
            <p className="quiet">{t(backing ? 'import.report.againHint' : 'import.report.undoHint')}</p>
          </div>
          {(!backing || (undone?.left ?? 0) > 0 || job.interrupted) &&
            (asking ? (
              <div className={styles.actions}>
                <Button variant="default" onClick={() => setAsking(false)}>
                  {t('common.cancel')}
                </Button>
                <Button
                  loading={undo.isPending}
                  onClick={() => {
                    setAsking(false)
                    undo.mutate()
                  }}
                >
                  {t('import.report.undoSure')}
                </Button>
              </div>
            ) : (
              <Button
                variant="default"
                leftSection={<Icon name="arrow-back-up" size={16} />}
                loading={undo.isPending}
                onClick={() => setAsking(true)}
              >
                {t(backing ? 'import.report.tryLeft' : 'import.report.undo')}
              </Button>
            ))}
        </section>
      )}
    </>
  )
}

function Figure({ value, word }: { value: number; word: string }) {
  const { manner } = useSurroundings()
  return (
    <div>
      <dt>{word}</dt>
      <dd className="figures">{decimal(value, manner)}</dd>
    </div>
  )
}

/** Records that the undo left as they are, and why. */
function Left({ job }: { job: Import }) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const found = useInfiniteQuery({
    queryKey: [...keys.import(dictionary.environment.name, job.id), 'left', job.undone],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => source.imports.left(job.id, { signal, link: pageParam }),
    getNextPageParam: (page) => page['@odata.nextLink'],
  })
  const records = found.data?.pages.flatMap((page) => page.value) ?? []
  return (
    <section className={styles.left} aria-labelledby="left-title">
      <h2 id="left-title">{t('import.report.leftTitle')}</h2>
      {found.error && <ProblemNotice problem={asProblem(found.error)} />}
      <ul>
        {records.map((left) => (
          <LeftRecord key={`${left.entity} ${left.id} ${left.why}`} left={left} />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t('import.more')}
        </Button>
      )}
    </section>
  )
}

function LeftRecord({ left }: { left: ImportLeft }) {
  const { t } = useTranslation()
  const { dictionary, label, manner } = useSurroundings()
  const entity = dictionary.entities[left.entity]
  const title = left.title ?? left.id
  const why = {
    changed: () =>
      t('import.left.changed', {
        who: left.by?.name ?? t('history.system'),
        when: left.at ? nearInstant(left.at, now(), manner) : '',
      }),
    deleted: () => t('import.left.deleted'),
    referenced: () =>
      t('import.left.referenced', {
        what: left.others
          .map(({ entity: name, count }) => `${count} ${label(dictionary.entities[name]?.plural) || name}`)
          .join(', '),
      }),
    refused: () => left.reasons.join(' — '),
    forgotten: () => t('import.left.forgotten'),
  }[left.why]()
  return (
    <li>
      {entity && left.title ? (
        <Link
          to="/e/$env/$collection/$id"
          params={{ env: dictionary.environment.name, collection: entity.collection, id: left.id }}
        >
          {title}
        </Link>
      ) : (
        <span>{title}</span>
      )}
      <span className="quiet">{why}</span>
    </li>
  )
}
