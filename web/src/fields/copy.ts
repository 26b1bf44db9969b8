import type { Entity, RecordData } from '../api/types'
import type { Surroundings } from '../dictionary/context'
import { effective, fieldOf, titlePaths } from '../dictionary/model'
import type { Line } from './lines/value'
import { fieldUi } from './registry'

/**
 * What a copy of a record begins with, by field: what people gave it, less what belongs to one record only. `saysSo`: its name says that it is
 * a copy.
 */
export function copyOf(
  around: Surroundings,
  entity: Entity,
  record: RecordData,
  saysSo = true,
): Record<string, unknown> {
  const { dictionary, t } = around
  const named = titlePaths(entity.title).map((path) => fieldOf(entity, path))
  const name = named.find((field) => field?.type === 'text')
  const given = entity.fields.filter(
    (field) =>
      !field.system &&
      !field.read_only &&
      !field.unique &&
      field.type !== 'computed' &&
      field.type !== 'signature' &&
      field.name !== 'code' &&
      field.name !== entity.states?.field,
  )
  const values = given.flatMap((field) => {
    const value = fieldUi(field).read(record, effective(field))
    if (value === null || value === undefined) return []
    if (field.type === 'lines') {
      const lines = dictionary.entities[field.of ?? '']
      return lines ? [[field.name, (value as Line[]).map((line, at) => lineCopy(lines, field.by ?? '', line, at))]] : []
    }
    return [[field.name, field === name && saysSo ? t('record.copyOf', { title: String(value) }) : value]]
  })
  return Object.fromEntries(values)
}

/** A new line that says what another says. */
function lineCopy(entity: Entity, by: string, line: Line, at: number): Line {
  const kept = entity.fields.filter(
    (field) => !field.system && !field.read_only && !field.unique && field.type !== 'computed' && field.name !== by,
  )
  const written = kept.flatMap((field) => {
    const ui = fieldUi(field)
    const value = ui.read(line.data, field)
    return value === null ? [] : [{ sent: ui.write(value, field), shown: ui.echo(value, field) }]
  })
  const sent = Object.assign({}, ...written.map((one) => one.sent)) as Record<string, unknown>
  const shown = Object.assign({}, ...written.map((one) => one.shown)) as Record<string, unknown>
  return { key: `copy-${at}`, data: { ...shown, ...sent } as unknown as RecordData, set: Object.keys(sent) }
}
