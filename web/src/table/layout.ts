import type { CSSProperties } from 'react'
import type { RecordData } from '../api/types'
import type { Column } from './columns'

/** Width of the column that rows are chosen in, pixels. */
export const checkWidth = 40

/** Columns as a table lays them out: those that stay in sight first. */
export function inPlace(columns: Column[]): Column[] {
  return [...columns.filter((column) => column.pinned), ...columns.filter((column) => !column.pinned)]
}

/** How wide columns are, and where those that stay in sight stop. The first always does. */
export function layoutOf(columns: Column[], title: Column | undefined, checks: boolean) {
  const held = Math.max(1, columns.filter((column) => column.pinned).length)
  const titleAt = title ? columns.indexOf(title) : -1
  // A column that stays in sight has another behind it only where its width is sure.
  const loose = titleAt >= 0 && !(titleAt < held - 1) ? titleAt : columns.length - 1
  const track = columns.map((column, at) => (at === loose ? `minmax(${column.width}px, 1fr)` : `${column.width}px`))
  const before = checks ? checkWidth : 0
  let reached = before
  const left = columns.map((column, at) => {
    if (at >= held) return null
    const stop = reached
    reached += column.width
    return stop
  })
  return {
    template: [...(checks ? [`${checkWidth}px`] : []), ...track].join(' '),
    width: before + columns.reduce((sum, column) => sum + column.width, 0),
    /** Of each column, how far from the left it stops; `null` for one that scrolls away. */
    left,
  }
}

/** Where a column stops, once the table is moved sideways. */
export function heldAt(left: number | null | undefined): CSSProperties | undefined {
  return left === null || left === undefined ? undefined : ({ '--held-at': `${left}px` } as CSSProperties)
}

/** Rows of a group, in the order of the list. */
export interface TableGroup {
  /** Tells it from the others. */
  key: string
  collapsed: boolean
}

/** What stands on one line of a table: a row, by its place among those read, the head of a group, or nothing yet. */
export type Line = { row: number } | { group: number } | null

/**
 * The lines of a grouped list: each group's head, then its rows where it is open. Groups after the last row read wait until the rows
 * before them are all there, so that nothing slips in between later.
 */
export function groupedLines(
  groups: TableGroup[],
  rows: RecordData[],
  keyOf: (row: RecordData) => string,
  hasMore: boolean,
): Line[] {
  const byKey = new Map<string, number[]>()
  for (const [position, row] of rows.entries()) {
    const key = keyOf(row)
    const same = byKey.get(key)
    if (same) same.push(position)
    else byKey.set(key, [position])
  }
  const lastKey = rows.length ? keyOf(rows[rows.length - 1] as RecordData) : null
  const lines: Line[] = []
  for (const [position, group] of groups.entries()) {
    lines.push({ group: position })
    if (!group.collapsed) for (const row of byKey.get(group.key) ?? []) lines.push({ row })
    if (hasMore && group.key === lastKey) break
  }
  return lines
}
