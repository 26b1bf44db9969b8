import type { DashboardPart, Entity } from '../../api/types'
import { allOf } from '../../api/where'
import type { Condition } from '../../conditions/conditions'
import type { Asked } from '../../views/kinds'

/** Which records a part is about. */
export function askedOf(entity: Entity, part: DashboardPart): Asked {
  const quick = entity.list.filters.filter((filter) => part.quick.includes(filter.name)).map((filter) => filter.filter)
  const where = allOf([...quick, part.filter])
  return where ? { where } : {}
}

/** The list of the records that a part is about, narrowed further. */
export function throughOf(dashboard: string, part: DashboardPart, more: Condition[]): object {
  const f: Condition[] = [...(part.filter ? [{ named: `dashboard/${dashboard}/${part.name}` }] : []), ...more]
  return { saved: 'all', ...(part.quick.length ? { quick: part.quick } : {}), ...(f.length ? { f } : {}) }
}
