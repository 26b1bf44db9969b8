import type { DrawingProps } from './Charts'
import styles from './Charts.module.css'
import { shortened } from './Columns'
import { Word } from './Word'

const row = 28

/** Lying bars with their names before and their figures behind. */
export function Bars({ drawn, width, text, lead }: DrawingProps) {
  const totals = drawn.categories.map((_, at) =>
    drawn.series.reduce((sum, one) => sum + (one.values[at]?.number ?? 0), 0),
  )
  const most = Math.max(...totals) || 1
  const left = Math.min(170, width * 0.34)
  const room = width - left - 84
  return (
    <svg width={width} height={drawn.categories.length * row + 4} className={styles.svg} role="presentation">
      {drawn.categories.map((category, at) => {
        let base = 0
        const y = at * row + 4
        const single = drawn.series.length === 1
        return (
          <g key={category.key ?? ''} className={styles.bar}>
            <Word x={left - 10} y={y + 15} className={styles.name} textAnchor="end">
              {shortened(category.label, left - 12)}
              <title>{category.label}</title>
            </Word>
            {drawn.series.map((one) => {
              const { number = 0, raw, through = null } = one.values[at] ?? {}
              const from = base
              base += number
              const said = [category.label, one.label, text(raw ?? number)].filter(Boolean).join('\n')
              return lead(
                through,
                said,
                <rect
                  key={one.key}
                  x={left + (from / most) * room}
                  width={Math.max((number / most) * room, number > 0 ? 1 : 0)}
                  y={y}
                  height={row - 8}
                  style={{ fill: single ? (category.colour ?? one.colour) : one.colour }}
                >
                  <title>{said}</title>
                </rect>,
              )
            })}
            <Word x={left + (base / most) * room + 8} y={y + 15} className={styles.figure}>
              {text(single ? (drawn.series[0]?.values[at]?.raw ?? base) : base)}
            </Word>
          </g>
        )
      })}
    </svg>
  )
}
