import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { keys } from '../../api/keys'
import type { Figure } from '../../api/source'
import type { Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { columnOf } from '../../table/columns'
import type { Asked, ViewProps } from '../kinds'

/** What the head of a column says: how many cards, and the figures of the view, each with its name, in words. */
export interface ColumnFigures {
  count: number
  sums: { name: string; label: string; text: string }[]
}

/** The figures of all columns, by tag, in one request. */
export function useFigures(
  entity: Entity,
  view: ViewProps<'board'>['view'],
  asked: Asked,
): ReadonlyMap<string, ColumnFigures> {
  const around = useSurroundings()
  const { dictionary, source, label } = around
  const figures: Figure[] = [
    { name: 'cards', method: 'count', field: null },
    ...view.sums.map(({ method, field }, position) => ({ name: `sum${position}`, method, field })),
  ]
  const query = { ...asked, by: [view.by], figures }
  const { data } = useQuery({
    queryKey: keys.view(dictionary.environment.name, entity.name, 'board', 'figures', query),
    queryFn: ({ signal }) => source.groups(entity.collection, query, { signal }),
    placeholderData: keepPreviousData,
  })
  const found = new Map<string, ColumnFigures>()
  for (const group of data ?? []) {
    const sums = view.sums.flatMap((sum, position) => {
      const column = sum.field ? columnOf(around, entity, sum.field) : null
      const raw = group.figures[`sum${position}`]
      const value = column?.ui.of(raw)
      if (value === null || value === undefined || raw === 0 || raw === 'PT0S' || !column) return []
      return [
        { name: sum.name, label: label(sum.label) || column.label, text: column.ui.text(value, column.field, around) },
      ]
    })
    found.set(String(group.keys[0]), { count: Number(group.figures.cards), sums })
  }
  return found
}
