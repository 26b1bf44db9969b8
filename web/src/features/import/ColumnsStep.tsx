import { Button, MultiSelect, NumberInput, SegmentedControl, Select } from '@mantine/core'
import { useSessionStorage } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Entity, Import } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { nearInstant } from '../../format/dates'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { useShortcuts } from '../../ui/shortcuts'
import { ColumnOptions } from './ColumnOptions'
import styles from './ColumnsStep.module.css'
import { GivenFields } from './GivenFields'
import { fedPaths, isComposed, mappingOf, overlaps, type Plan, planOf, proposedPlan, targetField } from './plan'

/** Which column feeds which field, by which fields a row finds its record, and what may become of it. */
export function ColumnsStep({ entity, job, onNext }: { entity: Entity; job: Import; onNext(): void }) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const { dictionary, source, label, manner } = around
  const env = dictionary.environment.name
  const client = useQueryClient()
  const begun = (job.asked && planOf(job, job.asked)) ?? remembered(job) ?? proposedPlan(job)
  const [plan, setPlan] = useSessionStorage<Plan>({
    key: `tisserand.import ${job.id} ${job.detected.columns.map(({ name }) => name).join('|')}`,
    defaultValue: begun,
    getInitialValueInEffect: false,
  })
  const change = (next: Partial<Plan>) => setPlan({ ...plan, ...next })
  const preview = useMutation({
    mutationFn: () => source.imports.preview(job.id, mappingOf(plan)),
    onSuccess: (next) => {
      client.setQueryData(keys.import(env, job.id), next)
      onNext()
    },
  })
  const look = useMutation({
    mutationFn: (file: Plan['file']) => source.imports.detect(job.id, { file }),
    onSuccess: (next, file) => {
      client.setQueryData(keys.import(env, job.id), next)
      setPlan({ ...proposedPlan(next), file })
    },
  })
  const taken = fedPaths(plan)
  const words = (path: string) => targetWords(t, around, entity, path)
  const offered = job.targets.map(({ path }) => ({ value: path, label: words(path) }))
  const keyable = job.targets.filter(({ path, key }) => key && taken.has(path)).map(({ path }) => path)
  const needed = entity.fields.filter(
    (field) =>
      field.required && field.default === null && !field.system && !field.read_only && field.type !== 'computed',
  )
  const missing = needed.filter(({ name }) => ![...taken].some((path) => path.split('.')[0] === name))
  const aim = (column: string, path: string | null) => {
    const others = Object.entries(plan.targets).filter(
      // A field has one source: who takes it takes it from the other.
      ([name, other]) => name !== column && (path === null || !overlaps(other, path)),
    )
    change({
      targets: Object.fromEntries(path ? [...others, [column, path]] : others),
      given: plan.given.filter((one) => !path || !one.path || !overlaps(one.path, path)),
    })
  }
  useShortcuts({ 'ctrl+Enter': () => preview.mutate() }, { insideDialogs: true })
  return (
    <>
      {job.same_file && (
        <Notice
          tone="warning"
          title={t('import.columns.sameFile', {
            when: job.same_file.at ? nearInstant(job.same_file.at, now(), manner) : '',
          })}
          hint={t('import.columns.sameFileHint')}
        />
      )}
      {!job.asked && remembered(job) && (
        <Notice tone="info" title={t('import.columns.remembered', { file: job.remembered?.file ?? '' })}>
          <Button variant="default" onClick={() => setPlan(proposedPlan(job))}>
            {t('import.columns.forgetRemembered')}
          </Button>
        </Notice>
      )}
      {job.problem && <Notice tone="danger" title={t('import.problem')} hint={job.problem} />}
      {(preview.error ?? look.error) && <ProblemNotice problem={asProblem(preview.error ?? look.error)} />}
      <FileFacts job={job} file={plan.file} busy={look.isPending} onChange={(file) => look.mutate(file)} />
      <section className={styles.columns} aria-labelledby="columns-title">
        <div className={styles.columnsHead}>
          <h2 id="columns-title">{t('import.columns.title')}</h2>
          <span className="quiet">
            {t('import.columns.mapped', { count: Object.keys(plan.targets).length, of: job.detected.columns.length })}
          </span>
        </div>
        <ul>
          {job.detected.columns.map((column) => {
            const path = plan.targets[column.name]
            const target = path ? targetField(entity, path) : null
            const name = column.name || t('import.columns.unnamed')
            return (
              <li key={column.name} className={styles.column} data-fed={path ? true : undefined}>
                <div className={styles.from}>
                  <strong>{name}</strong>
                  <span className={`${styles.examples} quiet`}>
                    {column.examples.length > 0 ? column.examples.join(' · ') : t('import.columns.emptyColumn')}
                  </span>
                </div>
                <span className={styles.arrow} aria-hidden="true">
                  <Icon name="arrow-right" size={16} />
                </span>
                <Select
                  aria-label={t('import.columns.feeds', { name })}
                  placeholder={t(isComposed(plan, column.name) ? 'import.given.used' : 'import.columns.ignored')}
                  data={offered}
                  value={path ?? null}
                  onChange={(next) => aim(column.name, next)}
                  searchable
                  clearable
                  disabled={column.name === ''}
                  nothingFoundMessage={t('import.columns.noField')}
                  comboboxProps={{ transitionProps: { duration: 0 } }}
                />
                {path && target && (
                  <ColumnOptions column={column} path={path} target={target} plan={plan} onChange={change} />
                )}
              </li>
            )
          })}
        </ul>
      </section>
      <GivenFields entity={entity} job={job} plan={plan} offered={offered} onChange={change} />
      {missing.length > 0 && plan.mode !== 'update' && (
        <Notice
          tone="warning"
          title={t('import.columns.missing', { names: missing.map((field) => `« ${label(field.label)} »`).join(', ') })}
          hint={t('import.columns.missingHint')}
        />
      )}
      <section className={styles.how} aria-labelledby="how-title">
        <h2 id="how-title">{t('import.columns.how')}</h2>
        <MultiSelect
          label={t('import.columns.key')}
          description={plan.key.length === 0 ? t('import.columns.keyNone') : t('import.columns.keyHint')}
          data={keyable.map((path) => ({ value: path, label: words(path) }))}
          value={plan.key.filter((path) => taken.has(path))}
          onChange={(key) => change({ key, mode: key.length === 0 ? 'upsert' : plan.mode })}
          placeholder={plan.key.length === 0 ? t('import.columns.keyPlaceholder') : undefined}
          clearable
          comboboxProps={{ transitionProps: { duration: 0 } }}
        />
        {plan.key.length > 0 && (
          <SegmentedControl
            aria-label={t('import.columns.mode')}
            value={plan.mode}
            onChange={(mode) => change({ mode: mode as Plan['mode'] })}
            data={(['upsert', 'create', 'update'] as const).map((mode) => ({
              value: mode,
              label: t(`import.columns.modes.${mode}`),
            }))}
          />
        )}
      </section>
      <footer className={styles.foot}>
        <span className="quiet">{t('import.columns.safe')}</span>
        <Button
          loading={preview.isPending}
          disabled={taken.size === 0}
          onClick={() => preview.mutate()}
          rightSection={<Icon name="arrow-right" size={16} />}
        >
          {t('import.columns.next')}
        </Button>
      </footer>
    </>
  )
}

function remembered(job: Import): Plan | null {
  return job.remembered?.mapping ? planOf(job, job.remembered.mapping) : null
}

/** `Adresse › Ville`. */
export function targetWords(
  t: TFunction,
  around: ReturnType<typeof useSurroundings>,
  entity: Entity,
  path: string,
): string {
  const target = targetField(entity, path)
  if (!target) return path
  const part =
    target.part && target.part in parts ? t(`import.parts.${target.part as keyof typeof parts}`) : target.part
  const name = path === 'id' ? t('import.columns.identity') : around.label(target.field.label)
  return part ? `${name} › ${part}` : name
}

const parts = {
  lines: true,
  postcode: true,
  city: true,
  insee: true,
  region: true,
  country: true,
  latitude: true,
  longitude: true,
}

/** How the file is written, as it was recognised; wrong guesses are put right here. */
function FileFacts(props: { job: Import; file: Plan['file']; busy: boolean; onChange(file: Plan['file']): void }) {
  const { job, file, busy, onChange } = props
  const { t } = useTranslation()
  const { detected } = job
  const set = (next: Plan['file']) => onChange({ ...file, ...next })
  const short = { size: 'xs' as const, comboboxProps: { transitionProps: { duration: 0 } }, allowDeselect: false }
  return (
    <details className={styles.facts} aria-busy={busy}>
      <summary>
        {t('import.file.facts', {
          format: t(`import.file.formats.${detected.format}`),
          columns: detected.columns.length,
          rows: detected.more ? t('import.file.moreThan', { count: detected.looked_at }) : detected.looked_at,
        })}
        <span className={styles.adjust}>{t('import.file.adjust')}</span>
      </summary>
      <div className={styles.factsLine}>
        {detected.encoding && (
          <Select
            {...short}
            label={t('import.file.encoding')}
            value={detected.encoding}
            data={[
              { value: 'utf-8', label: 'UTF-8' },
              { value: 'windows-1252', label: 'Windows-1252 (Latin-1)' },
              { value: 'utf-16', label: 'UTF-16' },
              ...(detected.encoding === 'utf-16be' ? [{ value: 'utf-16be', label: 'UTF-16 BE' }] : []),
            ]}
            onChange={(encoding) => encoding && set({ encoding })}
          />
        )}
        {detected.delimiter && (
          <Select
            {...short}
            label={t('import.file.delimiter')}
            value={detected.delimiter}
            data={[
              { value: ';', label: t('import.file.semicolon') },
              { value: ',', label: t('import.file.comma') },
              { value: 'tab', label: t('import.file.tab') },
              { value: '|', label: t('import.file.pipe') },
            ]}
            onChange={(delimiter) => delimiter && set({ delimiter })}
          />
        )}
        {detected.sheets.length > 1 && (
          <Select
            {...short}
            label={t('import.file.sheet')}
            value={file.sheet ?? detected.sheets[0] ?? null}
            data={detected.sheets}
            onChange={(sheet) => sheet && set({ sheet })}
          />
        )}
        {detected.format !== 'jsonl' && (
          <NumberInput
            size="xs"
            label={t('import.file.skip')}
            min={0}
            max={100}
            defaultValue={file.skip_rows ?? 0}
            onBlur={(event) => {
              const skip = Number(event.currentTarget.value) || 0
              if (skip !== (file.skip_rows ?? 0)) set({ skip_rows: skip })
            }}
          />
        )}
      </div>
      <div className={styles.sample}>
        <table>
          <caption className="hidden-text">{t('import.file.sample')}</caption>
          <thead>
            <tr>
              {detected.columns.map((column, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns may share a name; their place tells them apart
                <th key={index} scope="col">
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {detected.rows.map((cells, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no other name
              <tr key={row}>
                {cells.map((cell, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: nor have its cells
                  <td key={index}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
