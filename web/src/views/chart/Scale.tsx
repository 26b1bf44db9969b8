import styles from './Charts.module.css'
import { Word } from './Word'

/** The values of the upright axis with a hairline each. */
export function Scale(props: {
  ticks: number[]
  y(value: number): number
  left: number
  width: number
  text(raw: unknown): string
}) {
  const { ticks, y, left, width, text } = props
  return ticks.map((tick) => (
    <g key={tick}>
      <line x1={left} x2={width} y1={y(tick)} y2={y(tick)} className={styles.line} />
      <Word x={left - 8} y={y(tick) + 4} className={styles.tick} textAnchor="end">
        {short(text(tick))}
      </Word>
    </g>
  ))
}

/** `12 000,00 €` → `12 000 €`: an axis has no cents. */
function short(words: string): string {
  return words.replace(/[.,]00(?=\D|$)/, '')
}
