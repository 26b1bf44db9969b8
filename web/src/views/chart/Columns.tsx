import type { DrawingProps } from './Charts'
import styles from './Charts.module.css'
import { Scale } from './Scale'
import { ticksTo } from './series'
import { Word } from './Word'

const height = 260
const bottom = 26

/** Upright columns, series on top of each other. */
export function Columns({ drawn, width, text, lead }: DrawingProps) {
  const totals = drawn.categories.map((_, at) =>
    drawn.series.reduce((sum, one) => sum + (one.values[at]?.number ?? 0), 0),
  )
  const ticks = ticksTo(Math.max(...totals))
  const top = ticks.at(-1) as number
  const left = 56
  const step = (width - left - 4) / Math.max(drawn.categories.length, 1)
  const y = (value: number) => 8 + (1 - value / top) * (height - bottom - 8)
  const every = Math.ceil(64 / step)
  return (
    <svg width={width} height={height} className={styles.svg} role="presentation">
      <Scale ticks={ticks} y={y} left={left} width={width} text={text} />
      {drawn.categories.map((category, at) => {
        let base = 0
        const x = left + at * step
        return (
          <g key={category.key ?? ''} className={styles.bar}>
            {drawn.series.map((one) => {
              const { number = 0, raw, through = null } = one.values[at] ?? {}
              const from = base
              base += number
              const colour = drawn.series.length === 1 ? (category.colour ?? one.colour) : one.colour
              const said = [category.label, one.label, text(raw ?? number)].filter(Boolean).join('\n')
              return lead(
                through,
                said,
                <rect
                  key={one.key}
                  x={x + Math.min(step * 0.15, 12)}
                  width={Math.max(step - 2 * Math.min(step * 0.15, 12), 1)}
                  y={y(base)}
                  height={Math.max(y(from) - y(base), 0)}
                  style={{ fill: colour }}
                >
                  <title>{said}</title>
                </rect>,
              )
            })}
            {at % every === 0 && (
              <Word x={x + step / 2} y={height - 8} className={styles.tick} textAnchor="middle">
                {shortened(category.label, step * every)}
              </Word>
            )}
          </g>
        )
      })}
    </svg>
  )
}

/** As much of a word as there is room for. */
export function shortened(word: string, width: number): string {
  const room = Math.max(3, Math.floor(width / 6.6))
  return word.length <= room ? word : `${word.slice(0, room - 1)}…`
}
