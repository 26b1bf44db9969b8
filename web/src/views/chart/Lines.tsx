import type { DrawingProps } from './Charts'
import styles from './Charts.module.css'
import { shortened } from './Columns'
import { Scale } from './Scale'
import { ticksTo } from './series'
import { Word } from './Word'

const height = 260
const bottom = 26

/** Lines over categories; areas stand on each other. */
export function Lines({ drawn, width, text, stacked, lead }: DrawingProps) {
  const count = drawn.categories.length
  const sums = drawn.categories.map(() => 0)
  const layers = drawn.series.map((one) => ({
    one,
    points: one.values.map(({ number }, at) => {
      const from = stacked ? (sums[at] as number) : 0
      sums[at] = from + number
      return { from, to: from + number }
    }),
  }))
  const ticks = ticksTo(Math.max(...layers.flatMap(({ points }) => points.map(({ to }) => to))))
  const top = ticks.at(-1) as number
  const left = 56
  const x = (at: number) => left + 8 + (count === 1 ? 0.5 : at / (count - 1)) * (width - left - 20)
  const y = (value: number) => 8 + (1 - value / top) * (height - bottom - 8)
  const every = Math.ceil((64 * count) / (width - left))
  const path = (points: [number, number][]) =>
    points.map(([a, b], at) => `${at ? 'L' : 'M'}${a.toFixed(1)} ${b.toFixed(1)}`).join('')
  return (
    <svg width={width} height={height} className={styles.svg} role="presentation">
      <Scale ticks={ticks} y={y} left={left} width={width} text={text} />
      {layers.map(({ one, points }) => {
        const upper = points.map(({ to }, at): [number, number] => [x(at), y(to)])
        const lower = points.map(({ from }, at): [number, number] => [x(at), y(from)]).reverse()
        return (
          <g key={one.key}>
            {stacked && (
              <path d={`${path([...upper, ...lower])}Z`} className={styles.area} style={{ fill: one.colour }} />
            )}
            <path d={path(upper)} className={styles.stroke} style={{ stroke: one.colour }} />
            {upper.map(([px, py], at) => {
              const { raw, through = null } = one.values[at] ?? {}
              const said = [drawn.categories[at]?.label, one.label, text(raw ?? 0)].filter(Boolean).join('\n')
              return lead(
                through,
                said,
                <circle
                  key={drawn.categories[at]?.key ?? ''}
                  cx={px}
                  cy={py}
                  r={count > 40 ? 3 : 4}
                  className={styles.dot}
                  style={{ fill: one.colour }}
                >
                  <title>{said}</title>
                </circle>,
              )
            })}
          </g>
        )
      })}
      {drawn.categories.map(
        (category, at) =>
          at % every === 0 && (
            <Word key={category.key ?? ''} x={x(at)} y={height - 8} className={styles.tick} textAnchor="middle">
              {shortened(category.label, 74)}
            </Word>
          ),
      )}
    </svg>
  )
}
