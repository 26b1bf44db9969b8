import { Button } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Outcome } from '../../api/source'
import type { Entity, Import, ImportRow, ImportTally } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { decimal } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import { Bar, Late } from '../../ui/Late'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Tag } from '../../ui/Tag'
import { Advance } from './Advance'
import styles from './PreviewStep.module.css'

interface Props {
  entity: Entity
  job: Import
  show: Outcome | undefined
  onShow(show: Outcome | undefined): void
  onBack(): void
  onNext(): void
}

const outcomes: { outcome: Outcome; count(tally: ImportTally): number; colour: string }[] = [
  { outcome: 'create', count: ({ created }) => created, colour: 'sage' },
  { outcome: 'update', count: ({ updated }) => updated, colour: 'pastel' },
  { outcome: 'same', count: ({ same }) => same, colour: 'ink' },
  { outcome: 'refuse', count: ({ refused }) => refused, colour: 'madder' },
]

/** What would become of each row, before anything is written. */
export function PreviewStep({ job, show, onShow, onBack, onNext }: Props) {
  const { t } = useTranslation()
  const { dictionary, source, manner } = useSurroundings()
  const env = dictionary.environment.name
  const client = useQueryClient()
  const told = (next: Import) => client.setQueryData(keys.import(env, job.id), next)
  const stop = useMutation({ mutationFn: () => source.imports.stop(job.id), onSuccess: told })
  const run = useMutation({
    mutationFn: () => source.imports.run(job.id),
    onSuccess: (next) => {
      told(next)
      void client.invalidateQueries({ queryKey: keys.imports(env) })
      onNext()
    },
  })
  const tally = job.preview
  if (job.live || !tally)
    return (
      <>
        {job.interrupted && <Notice tone="warning" title={t('import.preview.interrupted')} />}
        {job.problem && <Notice tone="danger" title={t('import.problem')} hint={job.problem} />}
        {job.live && (
          <Advance
            job={job}
            title={t('import.preview.trying')}
            stopping={stop.isPending}
            onStop={() => stop.mutate()}
          />
        )}
        <footer className={styles.foot}>
          <Button variant="default" disabled={job.live} onClick={onBack}>
            {t('import.preview.back')}
          </Button>
        </footer>
      </>
    )
  const written = tally.created + tally.updated
  return (
    <>
      {run.error && <ProblemNotice problem={asProblem(run.error)} />}
      <section aria-label={t('import.preview.title')}>
        <fieldset className={styles.counts}>
          <legend className="hidden-text">{t('import.preview.filter')}</legend>
          {outcomes.map(({ outcome, count, colour }) => (
            <button
              key={outcome}
              type="button"
              className={styles.count}
              aria-pressed={show === outcome}
              onClick={() => onShow(show === outcome ? undefined : outcome)}
            >
              <span className={`${styles.figure} figures`}>{decimal(count(tally), manner)}</span>
              <Tag colour={colour} word={t(`import.outcomes.${outcome}`)} />
            </button>
          ))}
        </fieldset>
      </section>
      {tally.ignored.length > 0 && (
        <Notice tone="info" title={t('import.preview.ignored', { names: tally.ignored.join(', ') })} />
      )}
      {tally.reasons.length > 0 && (show === undefined || show === 'refuse') && <Reasons tally={tally} />}
      <Rows job={job} show={show} />
      <footer className={styles.foot}>
        <Button variant="default" onClick={onBack}>
          {t('import.preview.back')}
        </Button>
        <span className="quiet">
          {tally.refused > 0 ? t('import.preview.refusedAside', { count: tally.refused }) : ''}
        </span>
        <Button
          loading={run.isPending}
          disabled={written === 0}
          onClick={() => run.mutate()}
          leftSection={<Icon name="check" size={16} />}
        >
          {written === 0
            ? t('import.preview.nothing')
            : t('import.preview.run', { count: written, shown: decimal(written, manner) })}
        </Button>
      </footer>
    </>
  )
}

/** Why rows are refused, the most frequent first. */
export function Reasons({ tally }: { tally: ImportTally }) {
  const { t } = useTranslation()
  return (
    <section className={styles.reasons} aria-labelledby="reasons-title">
      <h2 id="reasons-title">{t('import.preview.why')}</h2>
      <ul>
        {tally.reasons.map(({ message, count }) => (
          <li key={message}>
            <span className="figures">{count} ×</span> {message}
          </li>
        ))}
      </ul>
    </section>
  )
}

const shownColumns = 6

function Rows({ job, show }: { job: Import; show: Outcome | undefined }) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const found = useInfiniteQuery({
    queryKey: [...keys.import(dictionary.environment.name, job.id), 'rows', show ?? '', job.preview],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => source.imports.rows(job.id, show, { signal, link: pageParam }),
    getNextPageParam: (page) => page['@odata.nextLink'],
  })
  if (found.error) return <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />
  const rows = found.data?.pages.flatMap((page) => page.value)
  if (!rows)
    return (
      <Late label={t('common.loading')}>
        <Bar width="80%" />
        <Bar width="70%" />
      </Late>
    )
  const fed = new Set(Object.values((job.asked?.columns ?? {}) as Record<string, string>))
  const columns = job.detected.columns
    .map(({ name }, index) => ({ name, index }))
    .filter(({ name }) => fed.has(name))
    .slice(0, shownColumns)
  return (
    <div className={styles.rows}>
      {rows.length === 0 ? (
        <p className="quiet">{t('import.preview.noRows')}</p>
      ) : (
        // Reached by keyboard to be scrolled.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        <section className={styles.scroll} tabIndex={0} aria-label={t('import.preview.rows')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('import.preview.line')}</th>
                <th scope="col">{t('import.preview.becomes')}</th>
                {columns.map(({ name, index }) => (
                  <th key={index} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.number} row={row} columns={columns} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {found.hasNextPage && (
        <Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t('import.more')}
        </Button>
      )}
    </div>
  )
}

function Row({ row, columns }: { row: ImportRow; columns: { name: string; index: number }[] }) {
  const { t } = useTranslation()
  const colour = outcomes.find(({ outcome }) => outcome === row.outcome)?.colour
  return (
    <>
      <tr>
        <td className="figures">{row.line}</td>
        <td>
          <Tag colour={colour} word={t(`import.outcomesOne.${row.outcome}`)} />
        </td>
        {columns.map(({ index }) => (
          <td key={index}>{row.cells[index]}</td>
        ))}
      </tr>
      {row.reasons.length > 0 && (
        <tr className={styles.why}>
          <td />
          <td colSpan={columns.length + 1}>{row.reasons.join(' — ')}</td>
        </tr>
      )}
    </>
  )
}
