import { useSurroundings } from '../../dictionary/context'
import { decimal } from '../../format/numbers'

/** A number with its unit beside it. */
export function Quantity({
  value,
  unit,
  scale,
}: {
  value: number | string
  unit?: string | undefined
  scale?: number | undefined
}) {
  const { manner } = useSurroundings()
  return (
    <span className="figures">
      {decimal(value, manner, scale)}
      {unit && <span className="quiet">{`\u00a0${unit}`}</span>}
    </span>
  )
}
