import type { Client } from 'openapi-fetch'
import { answered, problemOf } from './answers'
import type { paths } from './openapi'
import type { EnvironmentSource, ExportQuery, Make, Write, Written } from './source'
import type { RecordData } from './types'

type Server = Client<paths>

/** What lists do beyond pages: many writes in one request, files, saved views. */
export function listCalls(
  server: Server,
  env: string,
): Pick<EnvironmentSource, 'writeAll' | 'writeAsOne' | 'exported' | 'views'> {
  return {
    writeAll: async (collection, writes, options) => {
      const requests = writes.map((write, position) => ({ id: String(position), ...requestOf(collection, write) }))
      const params = { path: { env }, header: { Prefer: 'continue-on-error' } }
      const answer = await answered(
        server.POST('/data/{env}/$batch', { params, body: { requests } as never, signal: options?.signal ?? null }),
      )
      return answer.responses.map(({ status, body }): Written => {
        if (status < 300) return { record: (body as RecordData | undefined) ?? null }
        return { problem: problemOf(new Response(null, { status: Math.max(status, 400) }), body) }
      })
    },
    writeAsOne: async (collection, writes) => {
      const requests = writes.map((write, position) => ({
        id: String(position),
        atomicityGroup: 'one',
        ...requestOf(collection, write),
      }))
      const answer = await answered(
        server.POST('/data/{env}/$batch', { params: { path: { env } }, body: { requests } as never }),
      )
      // The others failed because of the one that says why.
      const refused = answer.responses.find(({ status }) => status >= 300 && status !== 424)
      if (refused) throw problemOf(new Response(null, { status: Math.max(refused.status, 400) }), refused.body)
      return answer.responses.map(({ body }) => (body as RecordData | undefined) ?? null)
    },
    exported: async (collection, query, { told, signal } = {}) => {
      const params = { path: { env, collection }, query: exportOptions(query) }
      const { response, error, data } = await server.GET('/data/{env}/{collection}/$export', {
        params,
        parseAs: 'stream',
        signal: signal ?? null,
      })
      if (!response.ok || !data) throw problemOf(response, error)
      const known = response.headers.get('Tisserand-Records')
      const count = recordCounter()
      const parts: Uint8Array<ArrayBuffer>[] = []
      const reader = (data as ReadableStream<Uint8Array<ArrayBuffer>>).getReader()
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        parts.push(part.value)
        if (known === null) told?.(count(part.value))
      }
      const type = response.headers.get('Content-Type') ?? ''
      return { file: new Blob(parts, { type }), records: known === null ? count(new Uint8Array()) : Number(known) }
    },
    views: {
      list: async (options) => {
        const params = { path: { env } }
        return (await answered(server.GET('/data/{env}/$views', { params, signal: options?.signal ?? null }))).value
      },
      create: (view) => answered(server.POST('/data/{env}/$views', { params: { path: { env } }, body: view as never })),
      change: (id, change) =>
        answered(server.PATCH('/data/{env}/$views/{id}', { params: { path: { env, id } }, body: change as never })),
      remove: async (id) => {
        await answered(server.DELETE('/data/{env}/$views/{id}', { params: { path: { env, id } } }))
      },
    },
  }
}

function requestOf(collection: string, write: Write | Make): Record<string, unknown> {
  if (write.kind === 'create') return { method: 'POST', url: collection, body: write.values }
  const headers = write.version === undefined ? {} : { 'If-Match': `W/"${write.version}"` }
  const at = `${collection}/${write.id}`
  if (write.kind === 'remove') return { method: 'DELETE', url: at, headers }
  if (write.kind === 'restore') return { method: 'POST', url: `${at}/$restore`, headers, body: {} }
  if (write.kind === 'transition') return { method: 'POST', url: `${at}/${write.transition}`, headers, body: {} }
  return { method: 'PATCH', url: at, headers, body: write.values }
}

function exportOptions(query: ExportQuery) {
  return {
    $format: query.format,
    labels: query.labels,
    name: query.name,
    $select: query.columns.join(','),
    ...(query.order?.length ? { $orderby: query.order.map(orderOption).join(',') } : {}),
    ...(query.where ? { $where: query.where } : {}),
    ...(query.search ? { $search: query.search } : {}),
  }
}

/** A path as options of OData say it. */
export function pathOption(path: string): string {
  return path.replaceAll('.', '/')
}

function orderOption(term: string): string {
  return term.startsWith('-') ? `${pathOption(term.slice(1))} desc` : pathOption(term)
}

/** Counts the records of a CSV as its bytes come: ends of line outside of quotes, less the headings. */
export function recordCounter(): (bytes: Uint8Array) => number {
  let quoted = false
  let lines = 0
  return (bytes) => {
    for (const byte of bytes) {
      if (byte === 0x22) quoted = !quoted
      else if (byte === 0x0a && !quoted) lines += 1
    }
    return Math.max(0, lines - 1)
  }
}
