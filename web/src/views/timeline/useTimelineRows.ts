import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { keys } from '../../api/keys'
import type { ListQuery } from '../../api/source'
import type { Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { fieldOf, titleOf } from '../../dictionary/model'
import type { ReferenceValue } from '../../fields/reference/reference'
import { columnOf } from '../../table/columns'
import type { ViewProps } from '../kinds'

/** A row: somebody or something; with an empty id, what is nobody's. */
export interface Row {
  id: string
  title: string
  /** What puts rows together; `null` where nothing does. */
  group: string | null
}

/** Rows at most: a filter of the definition narrows them. */
const most = 500

/** A row for each record that the view asks for, and for whoever else has something: by group, then by name. */
export function useTimelineRows(
  entity: Entity,
  rows: ViewProps<'timeline'>['view']['rows'],
  owners: (ReferenceValue | null)[],
  nobody: string,
) {
  const around = useSurroundings()
  const { dictionary, source } = around
  const to = fieldOf(entity, rows.field)?.to
  const target = to ? dictionary.entities[to] : undefined
  const group = target && rows.group ? columnOf(around, target, rows.group) : null
  const query: ListQuery = {
    select: ['id', ...(group ? [group.resolved.field.name] : [])],
    ...(group?.field.type === 'reference' ? { expand: [{ name: group.path, select: ['id'] }] } : {}),
    ...(rows.filter ? { where: rows.filter } : {}),
    top: most,
  }
  const found = useQuery({
    queryKey: keys.view(dictionary.environment.name, target?.name ?? '', 'rows', query),
    queryFn: ({ signal }) => source.list(target?.collection ?? '', query, { signal }),
    placeholderData: keepPreviousData,
    enabled: target !== undefined,
  })
  const made = new Map<string, Row>()
  for (const record of found.data?.value ?? []) {
    const value = group?.read(record)
    const word = group && value !== null && value !== undefined ? group.ui.text(value, group.field, around) : ''
    made.set(record.id, { id: record.id, title: titleOf(record), group: group ? word : null })
  }
  let unowned = false
  for (const owner of owners) {
    if (!owner) unowned = true
    else if (!made.has(owner.id)) made.set(owner.id, { ...owner, group: group ? '' : null })
  }
  const sorted = [...made.values()].sort(
    // Whoever belongs to no group comes last.
    (a, b) =>
      Number(a.group === '') - Number(b.group === '') ||
      (a.group ?? '').localeCompare(b.group ?? '') ||
      a.title.localeCompare(b.title),
  )
  if (unowned) sorted.unshift({ id: '', title: nobody, group: null })
  return { rows: sorted, problem: found.error }
}
