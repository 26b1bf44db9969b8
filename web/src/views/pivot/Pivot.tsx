import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../../api/problem'
import type { Axis, Entity, Measure } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { columnOf, offeredPaths } from '../../table/columns'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { type Bucket, figureNumber } from '../figures/buckets'
import { Through } from '../figures/Through'
import { together } from '../figures/through'
import { useGroups, useMeasureWords } from '../figures/useGroups'
import type { ViewProps } from '../kinds'
import styles from './Pivot.module.css'

/** Rows and columns drawn at most. */
const mostRows = 500
const mostColumns = 60
/** Between the parts of a key of several axes. */
const joint = '\u0001'

/** Figures of records in rows and columns, each with its total, exact as the server works them out. */
export function Pivot({ entity, view, asked, through, state, onState }: ViewProps<'pivot'>) {
  const { t } = useTranslation()
  const words = useMeasureWords(entity)
  const rowAxes = chosenAxes(state.rows) ?? view.rows
  const columnAxes = chosenAxes(state.columns) ?? view.columns
  const measure = (view.values.find(({ name }) => name === state.value) ?? view.values[0]) as Measure
  const cells = useGroups(entity, [...rowAxes, ...columnAxes], [measure], asked)
  const rowTotals = useGroups(entity, rowAxes, [measure], asked)
  const columnTotals = useGroups(entity, columnAxes, [measure], asked, columnAxes.length > 0)
  const all = useGroups(entity, [], [measure], asked)

  const figures = new Map<string, unknown>()
  for (const { buckets, figures: own } of cells.rows) figures.set(keyOf(buckets), own[measure.name])
  const rowFigures = new Map(rowTotals.rows.map((row) => [keyOf(row.buckets), row.figures[measure.name]]))
  const columnFigures = new Map(columnTotals.rows.map((row) => [keyOf(row.buckets), row.figures[measure.name]]))
  const rows = combinations(
    rowTotals.rows.map((row) => row.buckets),
    rowAxes.map((_, position) => rowTotals.bucketsOf(position)),
  )
  const columns = columnAxes.length
    ? combinations(
        columnTotals.rows.map((row) => row.buckets),
        columnAxes.map((_, position) => columnTotals.bucketsOf(position)),
      )
    : []
  const sorted = sortedBy(rows, state.sort, (row, column) =>
    column === 'total' ? rowFigures.get(keyOf(row)) : figures.get(`${keyOf(row)}${joint}${column}`),
  )
  const sortable = (column: string) => ({
    sort: state.sort === column ? ('descending' as const) : ('none' as const),
    onSort: () => onState({ sort: state.sort === column ? undefined : column }),
  })
  const problem = cells.problem ?? rowTotals.problem
  /** A figure that leads to its records; in words where nothing says which they are. */
  const led = (raw: unknown, buckets: Bucket[]) => {
    const shown = words.text(measure, raw)
    const more = together(buckets.map(({ narrow }) => narrow))
    if (raw === undefined || shown === '' || !more) return shown
    return (
      <Through entity={entity} search={through(more)}>
        {shown}
      </Through>
    )
  }
  return (
    <div className={styles.pivot}>
      <div className={styles.tools}>
        <AxisChoice
          entity={entity}
          name={t('view.rows')}
          axes={rowAxes}
          onChoose={(path) => onState({ rows: path, sort: undefined })}
        />
        <AxisChoice
          entity={entity}
          name={t('view.columns')}
          axes={columnAxes}
          optional
          onChoose={(path) => onState({ columns: path ?? 'none', sort: undefined })}
        />
        {view.values.length > 1 && (
          <Select
            label={t('view.value')}
            size="xs"
            value={measure.name}
            allowDeselect={false}
            onChange={(value) => onState({ value: value ?? undefined })}
            data={view.values.map((value) => ({ value: value.name, label: words.name(value) }))}
          />
        )}
      </div>
      {problem && <ProblemNotice problem={asProblem(problem)} retry={cells.again} />}
      {rowTotals.loading ? (
        <Late label={t('list.loading')}>
          <Bar width="70%" />
        </Late>
      ) : rows.length === 0 ? (
        <EmptyMessage icon="table" title={t('list.emptyFiltered.title')} hint={t('list.emptyFiltered.hint')} />
      ) : (
        <section
          className={styles.frame}
          aria-label={words.name(measure)}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the table scrolls, by the keyboard too
          tabIndex={0}
          data-outdated={cells.outdated || undefined}
        >
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col" className={styles.corner}>
                  {words.name(measure)}
                </th>
                {columns.slice(0, mostColumns).map((column) => (
                  <Head key={keyOf(column)} words={wordsOf(column)} {...sortable(keyOf(column))} />
                ))}
                <Head words={t('view.total')} {...sortable('total')} />
              </tr>
            </thead>
            <tbody>
              {sorted.slice(0, mostRows).map((row) => (
                <tr key={keyOf(row)}>
                  <th scope="row">{wordsOf(row)}</th>
                  {columns.slice(0, mostColumns).map((column) => (
                    <td key={keyOf(column)} className="figures">
                      {led(figures.get(`${keyOf(row)}${joint}${keyOf(column)}`), [...row, ...column])}
                    </td>
                  ))}
                  <td className={`figures ${styles.total}`}>{led(rowFigures.get(keyOf(row)), row)}</td>
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">{t('view.total')}</th>
                {columns.slice(0, mostColumns).map((column) => (
                  <td key={keyOf(column)} className="figures">
                    {led(columnFigures.get(keyOf(column)), column)}
                  </td>
                ))}
                <td className="figures">{led(all.rows[0]?.figures[measure.name], [])}</td>
              </tr>
            </tfoot>
          </table>
        </section>
      )}
    </div>
  )
}

function Head({ words, sort, onSort }: { words: string; sort: 'descending' | 'none'; onSort(): void }) {
  return (
    <th scope="col" aria-sort={sort}>
      <button type="button" className={styles.sort} onClick={onSort}>
        {sort === 'descending' && <Icon name="arrow-down" size={14} />}
        {words}
      </button>
    </th>
  )
}

/** What rows or columns are by: any field whose values make groups. */
function AxisChoice(props: {
  entity: Entity
  name: string
  axes: Axis[]
  optional?: boolean
  onChoose(path: string | undefined): void
}) {
  const { entity, name, axes, optional, onChoose } = props
  const around = useSurroundings()
  const { t } = around
  const written = axes.map(writeAxis).join(',')
  const offered = offeredPaths(entity).flatMap((path) => {
    const column = columnOf(around, entity, path)
    if (!column || column.ui.groups === 'none') return []
    if (column.ui.groups === 'values') return [{ value: path, label: column.label }]
    return (['year', 'quarter', 'month', 'week'] as const).map((per) => ({
      value: `${path}:${per}`,
      label: `${column.label} (${t(`view.periods.${per}`)})`,
    }))
  })
  const own = axes.length > 0 && !offered.some(({ value }) => value === written)
  const label = (axis: Axis) => columnOf(around, entity, axis.path)?.label ?? axis.path
  return (
    <Select
      label={name}
      size="xs"
      searchable
      clearable={optional === true}
      allowDeselect={false}
      value={written || null}
      placeholder={t('view.none')}
      nothingFoundMessage={t('fields.nothingFound')}
      onChange={(value) => onChoose(value ?? undefined)}
      data={[...(own ? [{ value: written, label: axes.map(label).join(' › ') }] : []), ...offered]}
    />
  )
}

function writeAxis({ path, per }: Axis): string {
  return per ? `${path}:${per}` : path
}

/** `owner,due_on:month`; `none` is no axis. */
function chosenAxes(text: string | undefined): Axis[] | null {
  if (!text) return null
  if (text === 'none') return []
  return text.split(',').map((part) => {
    const [path = '', per] = part.split(':')
    return { path, per: (per as Axis['per']) ?? null }
  })
}

function keyOf(buckets: Bucket[]): string {
  return buckets.map(({ key }) => key ?? '').join(joint)
}

function wordsOf(buckets: Bucket[]): string {
  return buckets.map(({ label }) => label).join(' › ')
}

/** The combinations there are, in the order of each axis; along a single axis every bucket, so that no month is missing. */
function combinations(there: Bucket[][], axes: Bucket[][]): Bucket[][] {
  if (axes.length === 1) return (axes[0] as Bucket[]).map((bucket) => [bucket])
  const rank = axes.map((buckets) => new Map(buckets.map((bucket, position) => [bucket.key, position])))
  return [...there].sort((a, b) => {
    for (const [position, ranks] of rank.entries()) {
      const way = (ranks.get(a[position]?.key ?? null) ?? 0) - (ranks.get(b[position]?.key ?? null) ?? 0)
      if (way) return way
    }
    return 0
  })
}

function sortedBy(
  rows: Bucket[][],
  column: string | undefined,
  figure: (row: Bucket[], column: string) => unknown,
): Bucket[][] {
  if (column === undefined) return rows
  const value = (row: Bucket[]) => figureNumber(figure(row, column)) ?? Number.NEGATIVE_INFINITY
  return [...rows].sort((a, b) => value(b) - value(a))
}
