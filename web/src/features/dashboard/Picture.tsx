import { ChartCard } from '../../views/chart/Charts'
import { askedOf } from './asked'
import type { PartBodyProps } from './Dashboard'

/** A chart of the entity, over the records of a part. */
export default function Picture({ entity, part, through }: PartBodyProps) {
  const chart = entity.views.chart?.charts.find((one) => one.name === part.chart)
  return chart ? (
    <ChartCard entity={entity} chart={chart} asked={askedOf(entity, part)} through={through} named />
  ) : null
}
