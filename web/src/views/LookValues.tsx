import type { Entity, RecordData } from '../api/types'
import type { Look } from './look'

/** What a view shows of a record beneath its title, each value with its name at hand. */
export function LookValues({ look, record, entity }: { look: Look; record: RecordData; entity: Entity }) {
  return look.shown(record).map(({ column, value }) => (
    <span key={column.path} title={column.label}>
      <column.ui.Cell field={column.field} value={value} record={record} collection={entity.collection} />
    </span>
  ))
}
