import type { DashboardPart, Entity } from '../../api/types'
import { allOf } from '../../api/where'
import type { Asked } from '../../views/kinds'

/** Which records a part is about. */
export function askedOf(entity: Entity, part: DashboardPart): Asked {
  const quick = entity.list.filters.filter((filter) => part.quick.includes(filter.name)).map((filter) => filter.filter)
  const where = allOf([...quick, part.filter])
  return where ? { where } : {}
}
