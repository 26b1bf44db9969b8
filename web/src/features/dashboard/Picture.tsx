import type { DashboardPart, Entity } from '../../api/types'
import { ChartCard } from '../../views/chart/Charts'
import { askedOf } from './asked'

/** A chart of the entity, over the records of a part. */
export default function Picture({ entity, part }: { entity: Entity; part: DashboardPart }) {
  const chart = entity.views.chart?.charts.find((one) => one.name === part.chart)
  return chart ? <ChartCard entity={entity} chart={chart} asked={askedOf(entity, part)} named /> : null
}
