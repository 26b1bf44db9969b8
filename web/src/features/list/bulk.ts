import type { Problem } from '../../api/problem'
import type { EnvironmentSource, ListQuery, Write, Written } from '../../api/source'
import type { Entity, Field, RecordData } from '../../api/types'
import { oneOf } from '../../api/where'
import { titleOf } from '../../dictionary/model'
import { fieldUi } from '../../fields/registry'

/** What is done to many records at once. */
export type BulkAction =
  | { kind: 'set'; field: Field; value: unknown }
  | { kind: 'transition'; transition: string; field: string }
  | { kind: 'remove' }

/** A write that was refused, with the record it was for. */
export interface Refused {
  id: string
  title: string
  problem: Problem
}

/** What came of it. */
export interface BulkResult {
  /** Writes that take each change back, on the version it made; none where there is no way back. */
  undo: Write[]
  done: number
  refused: Refused[]
  /** Stopped before all were done. */
  stopped: boolean
}

/** Records written in one request: few enough that progress shows and stopping is prompt. */
const piece = 200

interface Told {
  signal: AbortSignal
  /** Called after every piece with how many were tried. */
  told(tried: number): void
}

/** The ids of everything that a list's filter keeps. */
export async function everyId(source: EnvironmentSource, collection: string, query: ListQuery, signal: AbortSignal) {
  const { where, search } = query
  const asked: ListQuery = { select: ['id'], top: 1000, ...(where ? { where } : {}), ...(search ? { search } : {}) }
  let page = await source.list(collection, asked, { signal })
  const ids = page.value.map((row) => row.id)
  while (page['@odata.nextLink']) {
    page = await source.next(page['@odata.nextLink'], { signal })
    for (const row of page.value) ids.push(row.id)
  }
  return ids
}

/** Does it to each of the records, piece after piece. One that is refused leaves the others. */
export async function runBulk(
  source: EnvironmentSource,
  entity: Entity,
  ids: string[],
  action: BulkAction,
  { signal, told }: Told,
): Promise<BulkResult> {
  const result: BulkResult = { undo: [], done: 0, refused: [], stopped: false }
  for (let at = 0; at < ids.length; at += piece) {
    if (signal.aborted) return { ...result, stopped: true }
    // The records as they are now: what is undone later is what stood there, and nothing written over unseen.
    const rows = await present(source, entity, action, ids.slice(at, at + piece))
    const writes = rows.map((row) => writeOf(action, row))
    const answers = writes.length ? await source.writeAll(entity.collection, writes) : []
    for (const [position, answer] of answers.entries())
      take(result, entity, action, rows[position] as RecordData, answer)
    told(Math.min(at + piece, ids.length))
  }
  return result
}

async function present(source: EnvironmentSource, entity: Entity, action: BulkAction, ids: string[]) {
  const name = action.kind === 'set' ? action.field.name : action.kind === 'transition' ? action.field : null
  const where = oneOf('id', ids)
  const select = ['id', 'version', ...(name ? [name] : [])]
  return (await source.list(entity.collection, { select, top: ids.length, ...(where ? { where } : {}) })).value
}

function writeOf(action: BulkAction, row: RecordData): Write {
  const at = { id: row.id, version: row.version }
  if (action.kind === 'remove') return { kind: 'remove', ...at }
  if (action.kind === 'transition') return { kind: 'transition', transition: action.transition, ...at }
  return { kind: 'update', values: fieldUi(action.field).write(action.value, action.field), ...at }
}

function take(result: BulkResult, entity: Entity, action: BulkAction, row: RecordData, answer: Written): void {
  if ('problem' in answer) {
    result.refused.push({ id: row.id, title: titleOf(row), problem: answer.problem })
    return
  }
  result.done += 1
  if (action.kind === 'remove') {
    result.undo.push({ kind: 'restore', id: row.id })
    return
  }
  const back = answer.record && wayBack(entity, action, row)
  if (back) result.undo.push({ ...back, id: row.id, version: answer.record?.version } as Write)
}

/** What undoes it: the value that stood there, or a transition to the state it came from. */
function wayBack(
  entity: Entity,
  action: Exclude<BulkAction, { kind: 'remove' }>,
  row: RecordData,
): Omit<Write, 'id' | 'version'> | null {
  if (action.kind === 'set') {
    const ui = fieldUi(action.field)
    return { kind: 'update', values: ui.write(ui.read(row, action.field), action.field) } as Omit<Write, 'id'>
  }
  const done = entity.states?.transitions.find((one) => one.name === action.transition)
  const back = entity.states?.transitions.find(
    (one) => done && one.from.includes(done.to) && one.to === row[action.field],
  )
  return back ? ({ kind: 'transition', transition: back.name } as Omit<Write, 'id'>) : null
}

/** Takes changes back, each only if nobody changed the record since. */
export async function takeBack(
  source: EnvironmentSource,
  entity: Entity,
  writes: Write[],
  { signal, told }: Told,
): Promise<Pick<BulkResult, 'done' | 'refused'>> {
  const result = { done: 0, refused: [] as Refused[] }
  for (let at = 0; at < writes.length && !signal.aborted; at += piece) {
    const some = writes.slice(at, at + piece)
    const answers = await source.writeAll(entity.collection, some)
    for (const [position, answer] of answers.entries()) {
      if ('problem' in answer) result.refused.push({ id: some[position]?.id ?? '', title: '', problem: answer.problem })
      else result.done += 1
    }
    told(Math.min(at + piece, writes.length))
  }
  return result
}
