import type { ListQuery } from '../api/source'
import type { Entity, RecordData } from '../api/types'
import { type Surroundings, useSurroundings } from '../dictionary/context'
import { neededFor, type ResolvedPath, resolvePath } from '../dictionary/model'
import { type Column, columnOf } from '../table/columns'

/** What a view shows of each record, and what has to be asked for it. */
export interface Look {
  columns: Column[]
  needed: Pick<ListQuery, 'select' | 'expand'>
  /** The columns in which a record has something to show: a no is nothing. */
  shown(record: RecordData): { column: Column; value: unknown }[]
  /** As CSS; `null` where nothing says a colour. */
  colour(record: RecordData): string | null
}

/** The look that a view's definition describes; `extra` are paths that the view reads for itself. */
export function lookOf(
  around: Surroundings,
  entity: Entity,
  view: { card: string[]; colour: string[] },
  extra: string[],
): Look {
  const columns = view.card.map((path) => columnOf(around, entity, path)).filter((column) => column !== null)
  const colours = view.colour.map((path) => columnOf(around, entity, path)).filter((column) => column !== null)
  const own = extra.map((path) => resolvePath(around.dictionary, entity, path))
  const resolved = [...columns, ...colours].map((column) => column.resolved)
  return {
    columns,
    needed: neededFor([...resolved, ...own.filter((path): path is ResolvedPath => path !== null)]),
    shown: (record) =>
      columns.flatMap((column) => {
        const value = column.read(record)
        return value === null || value === false ? [] : [{ column, value }]
      }),
    colour: (record) => {
      for (const column of colours) {
        const value = column.read(record)
        const said = value === null ? null : column.ui.colour(value, column.field, around)
        if (said) return cssColour(said)
      }
      return null
    },
  }
}

export function useLook(entity: Entity, view: { card: string[]; colour: string[] }, extra: string[] = []): Look {
  return lookOf(useSurroundings(), entity, view, extra)
}

/** A colour of the palette by its token; any other as it is. */
export function cssColour(name: string): string {
  return name.startsWith('#') ? name : `var(--${name === 'ink' ? 'ink-2' : name === 'weld' ? 'weld-mark' : name})`
}
