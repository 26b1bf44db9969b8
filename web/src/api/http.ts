import { Problem, type ProblemDetails } from './problem'
import type { DataSource, EnvironmentSource, ListQuery, RecordQuery } from './source'
import type { FileValue, HistoryPage, LiveEvent, Page, RecordData, SearchHit, Session } from './types'

/** The data API of the server that served this page (`docs/api.md`). */
export function httpSource(): DataSource {
  // The token against forged requests comes with the session and goes back with every write.
  const state = { csrf: '' }
  const call = caller(state)
  const keep = (session: Session): Session => {
    state.csrf = session.csrf
    return session
  }
  return {
    session: {
      read: async (options) => keep(await call<Session>('GET', '/session', { signal: options?.signal })),
      signIn: async (email, password) => keep(await call<Session>('POST', '/session', { body: { email, password } })),
      update: (change) => call('PATCH', '/session', { body: change }),
      signOut: async () => {
        await call('DELETE', '/session')
        state.csrf = ''
      },
    },
    environment: (name) => environmentSource(name, call),
  }
}

function environmentSource(name: string, call: Call): EnvironmentSource {
  const root = `/data/${encodeURIComponent(name)}`
  const at = (...segments: string[]) => [root, ...segments.map(encodeURIComponent)].join('/')
  const ifMatch = (version?: number): Record<string, string> =>
    version === undefined ? {} : { 'If-Match': `W/"${version}"` }
  return {
    dictionary: (options) => call('GET', `${root}/$dictionary`, options),
    list: (collection, query, options) => call<Page>('GET', at(collection) + listQuery(query), options),
    next: (link, { top, ...options } = {}) => call<Page>('GET', samePlace(link, top), options),
    record: (collection, id, query, options) =>
      call<RecordData>('GET', at(collection, id) + recordQuery(query), options),
    create: (collection, values) => call<RecordData>('POST', at(collection), { body: values }),
    update: (collection, id, values, version) =>
      call<RecordData>('PATCH', at(collection, id), { body: values, headers: ifMatch(version) }),
    remove: (collection, id, version) => call<void>('DELETE', at(collection, id), { headers: ifMatch(version) }),
    transition: (collection, id, transition, version) =>
      call<RecordData>('POST', at(collection, id, transition), { body: {}, headers: ifMatch(version) }),
    history: (collection, id, options) => call<HistoryPage>('GET', `${at(collection, id)}/$history?$top=50`, options),
    historyNext: (link, options) => call<HistoryPage>('GET', samePlace(link), options),
    search: async (text, options) => {
      const found = await call<{ value: SearchHit[] }>('GET', `${root}/$search?q=${encodeURIComponent(text)}`, options)
      return found.value
    },
    fileUrl: (collection, id, field, hash) =>
      at(collection, id, field) + (hash ? `?h=${encodeURIComponent(hash)}` : ''),
    keepFile: (file) =>
      call<FileValue>('POST', `${root}/$files`, {
        file,
        headers: {
          'Content-Type': file.type || 'application/octet-stream',
          'Content-Disposition': contentDisposition(file.name),
        },
      }),
    lists: {
      read: (list, options) => call('GET', `${root}/$lists/${encodeURIComponent(list)}`, options),
      add: (list, value) => call<void>('POST', `${root}/$lists/${encodeURIComponent(list)}`, { body: value }),
      change: (list, tag, change) =>
        call<void>('PATCH', `${root}/$lists/${encodeURIComponent(list)}/${encodeURIComponent(tag)}`, { body: change }),
    },
    follow: (heard, connected) => follow(`/events/${encodeURIComponent(name)}`, heard, connected),
  }
}

/** `attachment; filename="…"`, with the UTF-8 form beside it when the name is not plain ASCII (RFC 6266). */
export function contentDisposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]/g, '_').replace(/["\\]/g, '_')
  return ascii === name
    ? `attachment; filename="${ascii}"`
    : `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name)}`
}

/** The query string of a list, `?` included; empty when nothing is asked. */
export function listQuery(query: ListQuery): string {
  const parts: [string, string][] = []
  if (query.select?.length) parts.push(['$select', query.select.join(',')])
  if (query.expand?.length) parts.push(['$expand', expansion(query.expand)])
  if (query.where) parts.push(['$where', query.where])
  if (query.search) parts.push(['$search', query.search])
  if (query.order?.length) parts.push(['$orderby', query.order.map(orderTerm).join(',')])
  if (query.top !== undefined) parts.push(['$top', String(query.top)])
  if (query.count) parts.push(['$count', 'true'])
  return queryString(parts)
}

function recordQuery(query: RecordQuery): string {
  return queryString(query.expand?.length ? [['$expand', expansion(query.expand)]] : [])
}

function expansion(expand: { name: string; select?: string[] }[]): string {
  return expand.map(({ name, select }) => (select?.length ? `${name}($select=${select.join(',')})` : name)).join(',')
}

/** `-main_address.city` → `main_address/city desc`. */
function orderTerm(term: string): string {
  const descending = term.startsWith('-')
  const path = (descending ? term.slice(1) : term).replaceAll('.', '/')
  return descending ? `${path} desc` : path
}

function queryString(parts: [string, string][]): string {
  // `$` stays readable in addresses and logs; everything else is escaped.
  return parts.length === 0 ? '' : `?${parts.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&')}`
}

/** A link from the server as a path of this origin, whatever host it was written for. */
function samePlace(link: string, top?: number): string {
  const url = new URL(link, 'http://here/')
  if (top !== undefined) url.searchParams.set('$top', String(top))
  return url.pathname + url.search
}

interface CallOptions {
  body?: unknown
  file?: File
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
}

type Call = <T>(method: string, path: string, options?: CallOptions) => Promise<T>

function caller(state: { csrf: string }): Call {
  return async <T>(method: string, path: string, options: CallOptions = {}): Promise<T> => {
    const headers: Record<string, string> = { Accept: 'application/json', ...options.headers }
    if (method !== 'GET' && state.csrf) headers['X-CSRF-Token'] = state.csrf
    let body: BodyInit | null = null
    if (options.file) body = options.file
    else if (options.body !== undefined) {
      headers['Content-Type'] = 'application/json'
      body = JSON.stringify(options.body)
    }
    const init: RequestInit = { method, headers, body, credentials: 'same-origin' }
    if (options.signal) init.signal = options.signal
    // A deletion that was waiting is sent as the page goes away.
    if (method === 'DELETE') init.keepalive = true
    const response = await fetch(path, init)
    if (!response.ok) throw await problemOf(response)
    return (await bodyOf(response)) as T
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text()
  return text === '' ? undefined : JSON.parse(text)
}

async function problemOf(response: Response): Promise<Problem> {
  let sent: Partial<ProblemDetails> = {}
  if (/json/.test(response.headers.get('Content-Type') ?? '')) {
    sent = (await response.json().catch(() => ({}))) as Partial<ProblemDetails>
  }
  const retry = Number(response.headers.get('Retry-After'))
  return new Problem({
    ...sent,
    status: response.status,
    code: sent.code ?? (response.status >= 502 ? 'unreachable' : 'unexpected'),
    title: sent.title ?? response.statusText,
    ...(retry > 0 ? { retry_after_s: retry } : {}),
  })
}

function follow(path: string, heard: (event: LiveEvent) => void, connected?: (live: boolean) => void): () => void {
  const source = new EventSource(path)
  const onMessage = (message: MessageEvent<string>) => heard(JSON.parse(message.data) as LiveEvent)
  source.addEventListener('message', onMessage)
  source.addEventListener('change', onMessage as EventListener)
  source.addEventListener('open', () => connected?.(true))
  source.addEventListener('error', () => connected?.(false))
  return () => source.close()
}
