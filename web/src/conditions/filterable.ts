import type { Entity } from '../api/types'
import type { Surroundings } from '../dictionary/context'
import { type Column, columnOf, conditionColumnOf, offeredPaths } from '../table/columns'

/** The fields that records of an entity can be filtered by; where conditions are kept, the records themselves too if a perimeter is of them. */
export function filterable(around: Surroundings, entity: Entity): Column[] {
  const fields = offeredPaths(entity)
    .map((path) => columnOf(around, entity, path))
    .filter((found): found is Column => found?.ui.filter != null && found.field.type !== 'address')
  const named = around.kept?.perimeters.some((one) => one.of === entity.name)
  const themselves = named ? conditionColumnOf(around, entity, 'id') : null
  return themselves ? [themselves, ...fields] : fields
}
