import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Entity, Import } from '../../api/types'
import { NotFound } from '../../app/Root'
import { useSurroundings } from '../../dictionary/context'
import { entityOfCollection } from '../../dictionary/model'
import { Icon } from '../../icons/Icon'
import { Bar, Late } from '../../ui/Late'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { ColumnsStep } from './ColumnsStep'
import { FileStep } from './FileStep'
import styles from './ImportScreen.module.css'
import { PreviewStep } from './PreviewStep'
import { ReportStep } from './ReportStep'
import type { ImportSearch, Step } from './search'

/** A file becomes records of a collection, step by step; which file and which step are in the address. */
export function ImportScreen() {
  const { collection } = useParams({ from: '/e/$env/$collection/import' })
  const { dictionary } = useSurroundings()
  const entity = entityOfCollection(dictionary, collection)
  return entity ? <Assistant key={entity.name} entity={entity} /> : <NotFound />
}

function Assistant({ entity }: { entity: Entity }) {
  const { t } = useTranslation()
  const { dictionary, source, label } = useSurroundings()
  const env = dictionary.environment.name
  const search = useSearch({ from: '/e/$env/$collection/import' })
  const navigate = useNavigate({ from: '/e/$env/$collection/import' })
  const id = search.import
  const found = useQuery({
    queryKey: keys.import(env, id ?? ''),
    enabled: id !== undefined,
    queryFn: ({ signal }) => source.imports.read(id ?? '', { signal }),
    // What goes on in the background is looked at until it ends.
    refetchInterval: (query) => (query.state.data?.live ? 400 : false),
  })
  if (!entity.can.import)
    return (
      <div className={styles.page}>
        <Notice tone="info" title={t('import.forbidden')} />
      </div>
    )
  const go = (next: ImportSearch) => void navigate({ search: next })
  const job = id ? found.data : undefined
  const step = job ? stepOf(job, search.step) : 'file'
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <Link to="/e/$env/$collection" params={{ env, collection: entity.collection }} className={styles.back}>
          <Icon name="arrow-left" size={16} />
          {label(entity.plural)}
        </Link>
        <h1>{t('import.title', { what: label(entity.plural) })}</h1>
        {job && <p className="quiet">{job.file}</p>}
      </header>
      <Steps now={step} />
      {found.error && <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />}
      {!id ? (
        <FileStep entity={entity} onSent={(sent) => go({ import: sent.id, step: 'columns' })} />
      ) : !job ? (
        found.isPending && (
          <Late label={t('common.loading')}>
            <Bar width="60%" />
            <Bar width="40%" />
          </Late>
        )
      ) : step === 'columns' ? (
        <ColumnsStep
          key={job.detected.hash}
          entity={entity}
          job={job}
          onNext={() => go({ import: job.id, step: 'preview' })}
        />
      ) : step === 'preview' ? (
        <PreviewStep
          entity={entity}
          job={job}
          show={search.show}
          onShow={(show) => void navigate({ search: { ...search, show }, replace: true })}
          onBack={() => go({ import: job.id, step: 'columns' })}
          onNext={() => go({ import: job.id, step: 'report' })}
        />
      ) : (
        <ReportStep entity={entity} job={job} onAgain={() => go({})} />
      )}
    </div>
  )
}

/** The step asked for, as far as the import has come. */
function stepOf(job: Import, asked: Step | undefined): Exclude<Step, 'file'> {
  const wrote = ['running', 'stopped', 'done', 'undoing', 'undone'].includes(job.stage)
  if (wrote) return 'report'
  if (asked === 'columns') return 'columns'
  if (job.stage === 'previewing' || job.stage === 'previewed') return 'preview'
  return 'columns'
}

const steps: Step[] = ['file', 'columns', 'preview', 'report']

function Steps({ now }: { now: Step }) {
  const { t } = useTranslation()
  const at = steps.indexOf(now)
  return (
    <ol className={styles.steps} aria-label={t('import.steps.title')}>
      {steps.map((step, index) => (
        <li key={step} aria-current={step === now ? 'step' : undefined} data-done={index < at || undefined}>
          <span className={styles.number}>{index < at ? <Icon name="check" size={14} /> : index + 1}</span>
          <span className={styles.stepWord}>{t(`import.steps.${step}`)}</span>
        </li>
      ))}
    </ol>
  )
}
