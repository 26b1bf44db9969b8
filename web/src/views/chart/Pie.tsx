import { useSurroundings } from '../../dictionary/context'
import { decimal } from '../../format/numbers'
import type { DrawingProps } from './Charts'
import styles from './Charts.module.css'

const size = 200
const colours = ['pastel', 'weld-mark', 'sage', 'plum', 'clay', 'teal', 'madder', 'ink-2'].map(
  (name) => `var(--${name})`,
)

/** Shares of a whole, with their names, figures and parts beside. */
export function Pie({ drawn, width, text, lead }: DrawingProps) {
  const { manner } = useSurroundings()
  const slices = drawn.categories.map((category, at) => ({
    category,
    value: drawn.series.reduce((sum, one) => sum + (one.values[at]?.number ?? 0), 0),
    raw: drawn.series.length === 1 ? drawn.series[0]?.values[at]?.raw : undefined,
  }))
  const whole = slices.reduce((sum, one) => sum + one.value, 0) || 1
  const taken = new Set<string>()
  let turned = 0
  const arcs = slices.map((slice) => {
    const free = colours.find((one) => !taken.has(one)) ?? 'var(--ink-3)'
    const { colour: own } = slice.category
    const colour = own && !taken.has(own) ? own : free
    taken.add(colour)
    const from = turned
    turned += slice.value / whole
    return { ...slice, colour, from, to: turned }
  })
  return (
    <div className={styles.pie} data-narrow={width < 420 || undefined}>
      <svg width={size} height={size} viewBox="-100 -100 200 200" className={styles.svg} role="presentation">
        {arcs.map(({ category, colour, from, to, raw, value }) =>
          lead(
            category.narrow && value > 0 ? [category.narrow] : null,
            `${category.label}\n${text(raw ?? value)}`,
            <path key={category.key ?? ''} d={ring(from, to)} style={{ fill: colour }} className={styles.slice}>
              <title>{`${category.label}\n${text(raw ?? value)}`}</title>
            </path>,
          ),
        )}
      </svg>
      <ul className={styles.shares}>
        {arcs.map(({ category, colour, raw, value }) => (
          <li key={category.key ?? ''}>
            <i style={{ background: colour }} aria-hidden="true" />
            <span>{category.label}</span>
            <b className="figures">{text(raw ?? value)}</b>
            <small className="figures">
              {decimal(((100 * value) / whole).toFixed(value / whole < 0.1 ? 1 : 0), manner)} %
            </small>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** The part of a ring between two shares of a turn. */
function ring(from: number, to: number): string {
  const end = Math.min(to, from + 0.9999)
  const point = (share: number, radius: number) =>
    `${(Math.sin(share * 2 * Math.PI) * radius).toFixed(2)} ${(-Math.cos(share * 2 * Math.PI) * radius).toFixed(2)}`
  const large = end - from > 0.5 ? 1 : 0
  return `M${point(from, 96)}A96 96 0 ${large} 1 ${point(end, 96)}L${point(end, 58)}A58 58 0 ${large} 0 ${point(from, 58)}Z`
}
