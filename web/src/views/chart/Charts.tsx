import { UnstyledButton } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../../api/problem'
import type { Chart as Definition, Entity } from '../../api/types'
import { allOf } from '../../api/where'
import type { Condition } from '../../conditions/conditions'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { columnOf } from '../../table/columns'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Through } from '../figures/Through'
import { useGroups, useMeasureWords } from '../figures/useGroups'
import { useRoving } from '../figures/useRoving'
import type { Asked, ViewProps } from '../kinds'
import { Bars } from './Bars'
import styles from './Charts.module.css'
import { Columns } from './Columns'
import { Lines } from './Lines'
import { Pie } from './Pie'
import type { Drawn } from './series'
import { drawnOf } from './series'

/** What a drawing gets: figures, room, and how to say a figure. */
export interface DrawingProps {
  drawn: Drawn
  width: number
  text(raw: unknown): string
  stacked: boolean
  /** A shape that leads to its records, where there are any. */
  lead(through: Condition[] | null, label: string, shape: ReactNode): ReactNode
}

/** Categories a kind has room for, the small ones being put together beyond. */
const kinds = {
  column: { Drawing: Columns, most: 40 },
  bar: { Drawing: Bars, most: 20 },
  line: { Drawing: Lines, most: 120 },
  area: { Drawing: Lines, most: 120 },
  pie: { Drawing: Pie, most: 8 },
} as const

/** Figures of the collection as pictures, each with its table behind. */
export function Charts({ entity, view, asked, through }: ViewProps<'chart'>) {
  return (
    <div className={styles.charts}>
      {view.charts.map((chart) => (
        <ChartCard key={chart.name} entity={entity} chart={chart} asked={asked} through={through} />
      ))}
    </div>
  )
}

interface ChartProps {
  entity: Entity
  chart: Definition
  asked: Asked
  /** The list of these records, narrowed. */
  through(more: Condition[]): object
  /** Something around it says its name already. */
  named?: boolean
}

/** One chart: a picture, its figures behind. */
export function ChartCard({ entity, chart, asked, through, named }: ChartProps) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const { label } = around
  const words = useMeasureWords(entity)
  const { ref, width } = useElementSize()
  const [inWords, setInWords] = useState(false)
  const roving = useRoving<HTMLDivElement>()
  const where = allOf([asked.where, chart.filter])
  const read = useGroups(entity, [chart.category, ...(chart.series ? [chart.series] : [])], [chart.value], {
    ...asked,
    ...(where ? { where } : {}),
  })
  const column = columnOf(around, entity, chart.category.path)
  const { Drawing, most } = kinds[chart.kind]
  const name = label(chart.label)
  const drawn = drawnOf(read.rows, read.bucketsOf(0), chart.series ? read.bucketsOf(1) : null, chart.value.name, {
    // Time and values of a list have an order of their own.
    bySize: !chart.category.per && !(column?.field.list && chart.kind !== 'pie'),
    most,
    others: t('view.others'),
  })
  const text = (raw: unknown) => words.text(chart.value, raw)
  const own: Condition[] = chart.filter ? [{ named: `chart/${chart.name}` }] : []
  const lead: DrawingProps['lead'] = (more, said, shape) =>
    more ? (
      <Through key={said} entity={entity} search={through([...own, ...more])} label={said} className={styles.mark} mark>
        {shape}
      </Through>
    ) : (
      shape
    )
  const numbers = drawn.series.flatMap((one) => one.values.map(({ number }) => number))
  const empty = !read.loading && numbers.every((number) => number === 0)
  const described = t('view.chartOf', {
    name,
    count: drawn.categories.length,
    least: text(Math.min(...numbers)),
    most: text(Math.max(...numbers)),
  })
  return (
    <section
      className={styles.card}
      aria-label={named ? undefined : name}
      data-named={named || undefined}
      data-outdated={read.outdated || undefined}
    >
      <header className={styles.head}>
        {!named && <h2>{name}</h2>}
        <span className={styles.what}>{words.name(chart.value)}</span>
        {!empty && (
          <UnstyledButton className={styles.switch} aria-expanded={inWords} onClick={() => setInWords(!inWords)}>
            <Icon name={inWords ? 'chart-bar' : 'table'} size={16} />
            {t(inWords ? 'view.hideFigures' : 'view.showFigures')}
          </UnstyledButton>
        )}
      </header>
      {read.problem && <ProblemNotice problem={asProblem(read.problem)} retry={read.again} />}
      <div ref={ref} className={styles.drawing}>
        {read.loading ? (
          <Late label={t('list.loading')}>
            <Bar width="80%" />
          </Late>
        ) : empty ? (
          <p className={styles.none}>{t('view.noFigure')}</p>
        ) : inWords ? (
          <FigureTable
            drawn={drawn}
            text={text}
            name={name}
            lead={(more, shown) =>
              more ? (
                <Through entity={entity} search={through([...own, ...more])}>
                  {shown}
                </Through>
              ) : (
                shown
              )
            }
          />
        ) : (
          width > 0 && (
            // biome-ignore lint/a11y/useSemanticElements: shapes are no fields
            <div role="group" aria-label={described} ref={roving.ref} onKeyDown={roving.onKeyDown}>
              <Drawing drawn={drawn} width={width} text={text} stacked={chart.kind !== 'line'} lead={lead} />
            </div>
          )
        )}
      </div>
      {!inWords && !empty && chart.kind !== 'pie' && drawn.series.length > 1 && (
        <ul className={styles.legend}>
          {drawn.series.map((one) => (
            <li key={one.key}>
              <i style={{ background: one.colour }} aria-hidden="true" />
              {one.label}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** The figures of a chart, for whoever reads numbers rather than shapes. */
function FigureTable(props: {
  drawn: Drawn
  text(raw: unknown): string
  name: string
  lead(through: Condition[] | null, shown: string): ReactNode
}) {
  const { drawn, text, name, lead } = props
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the table scrolls, by the keyboard too
    <section className={styles.tableFrame} aria-label={name} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <td />
            {drawn.series.map((one) => (
              <th key={one.key} scope="col">
                {one.label || name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {drawn.categories.map((category, position) => (
            <tr key={category.key ?? ''}>
              <th scope="row">{category.label}</th>
              {drawn.series.map((one) => (
                <td key={one.key} className="figures">
                  {lead(one.values[position]?.through ?? null, text(one.values[position]?.raw))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
