import createClient, { type Client } from 'openapi-fetch'
import { answered } from './answers'
import { follow } from './follow'
import { administrationSource, importSource } from './httpAdministration'
import { personalCalls } from './httpPersonal'
import { protectionSource } from './httpProtection'
import { rightsSource } from './httpRights'
import { lasting } from './lasting'
import type { Link } from './link'
import { listCalls, pathOption } from './lists'
import type { paths } from './openapi'
import { asProblem } from './problem'
import type { DataSource, EnvironmentSource, Group, GroupQuery, ListQuery, RecordQuery } from './source'
import type { HistoryPage, Page, Session } from './types'

export type Server = Client<paths>
type ListOptions = NonNullable<paths['/data/{env}/{collection}']['get']['parameters']['query']>
type RecordOptions = NonNullable<paths['/data/{env}/{collection}/{id}']['get']['parameters']['query']>

/** The data API of the server that served this page, as `openapi.ts` describes it. */
export function httpSource(link: Link): DataSource {
  // The token against forged requests comes with the session and goes back with every write.
  const state = { csrf: '' }
  // As whom this page looks at each environment goes with every call: none goes on as somebody else.
  const looks = new Map<string, string>()
  const server = createClient<paths>({
    credentials: 'same-origin',
    headers: { Accept: 'application/json' },
    querySerializer: queryString,
  })
  server.use({
    onRequest({ request }) {
      if (request.method !== 'GET' && state.csrf) request.headers.set('X-CSRF-Token', state.csrf)
      const [, root, env = ''] = new URL(request.url).pathname.split('/')
      const as = root === 'data' ? looks.get(decodeURIComponent(env)) : undefined
      if (as) request.headers.set('X-View-As', as)
    },
    async onResponse({ response }) {
      if (response.status !== 409) return
      const refusal: { code?: unknown } = await response.clone().json()
      if (refusal.code === 'view_changed') link.lookedOtherwise()
    },
  })
  const keep = (session: Session): Session => {
    state.csrf = session.csrf ?? ''
    link.entered(session)
    return session
  }
  const patient = lasting(server, link)
  link.reread = async () => keep(await answered(server.GET('/session')))
  const admitted = async () => keep(await answered(patient.GET('/session')))
  return {
    session: {
      read: async (options) => keep(await answered(patient.GET('/session', { ...abort(options) }))),
      signIn: async (email, password, second) =>
        keep(await answered(server.POST('/session', { body: { email, password, ...second } }))),
      update: async (change) => void (await answered(patient.PATCH('/session', { body: change }))),
      signOut: async () => {
        await answered(server.DELETE('/session'))
        state.csrf = ''
        link.left()
      },
      passwordForgotten: async (email) => {
        await answered(server.POST('/session/forgotten', { body: { email } }))
      },
      link: (link) => answered(server.POST('/session/link', { body: { link } })),
      choosePassword: async (link, password) => {
        await answered(server.POST('/session/link/password', { body: { link, password } }))
      },
      brand: async (options) => {
        const { name, logo } = await answered(server.GET('/brand', { ...abort(options) }))
        return { name, logo: logo && `/brand/logo?h=${logo}` }
      },
      providers: async (domain, options) =>
        (await answered(server.GET('/providers', { params: { query: { domain } }, ...abort(options) }))).value,
      beginAtProvider: async (provider, to) =>
        (
          await answered(
            server.POST('/providers/{provider}/begin', { params: { path: { provider } }, body: { to: to ?? null } }),
          )
        ).url,
      passkeyAsked: () => answered(server.POST('/passkeys/begin', { body: {} })),
      passkeyAnswered: async (ceremony, credential) =>
        keep(await answered(server.POST('/passkeys/sign_in', { body: { ceremony, credential } }))),
      passkeys: {
        read: (options) => answered(server.GET('/session/passkeys', { ...abort(options) })),
        begin: (password, code) =>
          answered(server.POST('/session/passkeys/begin', { body: { password, ...(code !== undefined && { code }) } })),
        add: (ceremony, credential, name) =>
          answered(server.POST('/session/passkeys', { body: { ceremony, credential, name } })),
        rename: (id, name) =>
          answered(server.PATCH('/session/passkeys/{id}', { params: { path: { id } }, body: { name } })),
        remove: async (id, password) => {
          await answered(server.POST('/session/passkeys/{id}/remove', { params: { path: { id } }, body: { password } }))
        },
      },
      secondFactor: {
        read: (options) => answered(server.GET('/session/second_factor', { ...abort(options) })),
        begin: (password) => answered(server.POST('/session/second_factor', { body: { password } })),
        confirm: async (code) =>
          (await answered(server.POST('/session/second_factor/confirm', { body: { code } }))).recovery_codes,
        renew: async (code) =>
          (await answered(server.POST('/session/second_factor/recovery_codes', { body: { code } }))).recovery_codes,
        remove: async (code) => void (await answered(server.POST('/session/second_factor/remove', { body: { code } }))),
      },
      devices: async (options) => (await answered(server.GET('/devices', { ...abort(options) }))).value,
      forgetDevice: async (id) => void (await answered(server.DELETE('/devices/{id}', { params: { path: { id } } }))),
      changePassword: async (present, password) =>
        keep(await answered(server.POST('/session/password', { body: { present, password } }))),
      everywhere: async (options) => (await answered(server.GET('/sessions', { ...abort(options) }))).value,
      end: async (id) => {
        if (id) await answered(server.DELETE('/sessions/{id}', { params: { path: { id } } }))
        else await answered(server.DELETE('/sessions'))
      },
      events: (options) => {
        const query = options?.link ? parts(options.link).query : {}
        return answered(server.GET('/sign_ins', { params: { query }, ...abort(options) }))
      },
    },
    environment: (name) =>
      environmentSource(patient, name, {
        looks: (as) => looks.set(name, as),
        now: server,
        way: { check: () => link.check(), admitted },
        signedOut: () => link.signedOut(),
      }),
  }
}

interface Beside {
  /** Notes as whom this page looks. */
  looks(as: string): void
  /** For what is worth nothing later. */
  now: Server
  way: Parameters<typeof follow>[2]
  signedOut(): void
}

function environmentSource(server: Server, env: string, beside: Beside): EnvironmentSource {
  const root = `/data/${encodeURIComponent(env)}`
  const at = (...segments: string[]) => [root, ...segments.map(encodeURIComponent)].join('/')
  const expected = (version?: number) => (version === undefined ? {} : { 'If-Match': `W/"${version}"` })
  const page = async (collection: string, query: ListOptions, options?: Abort) => {
    const params = { path: { env, collection }, query }
    return (await answered(server.GET('/data/{env}/{collection}', { params, ...abort(options) }))) as Page
  }
  const history = (collection: string, id: string, query: { $top?: number; $skiptoken?: string }, options?: Abort) => {
    const params = { path: { env, collection, id }, query }
    const asked = server.GET('/data/{env}/{collection}/{id}/$history', { params, ...abort(options) })
    // The client's types lose that a change is a pair.
    return answered(asked) as Promise<HistoryPage>
  }
  return {
    ...listCalls(server, env),
    ...personalCalls(server, env),
    dictionary: async (options) => {
      const asked = server.GET('/data/{env}/$dictionary', { params: { path: { env } }, ...abort(options) })
      const dictionary = await answered(asked)
      beside.looks(dictionary.me.viewed?.note ?? 'myself')
      return dictionary
    },
    version: async (options) => (await answered(server.GET('/health', { ...abort(options) }))).version,
    list: (collection, query, options) => page(collection, listOptions(query), options),
    next: (link, { top, ...options } = {}) => {
      const { segments, query } = parts(link)
      return page(segments.at(-1) ?? '', top === undefined ? query : { ...query, $top: top }, options)
    },
    groups: async (collection, query, options) => {
      const found = await page(collection, groupOptions(query), options)
      return found.value.map((row) => groupOf(row, query))
    },
    record: (collection, id, query, options) => {
      const params = { path: { env, collection, id }, query: recordOptions(query) }
      return answered(server.GET('/data/{env}/{collection}/{id}', { params, ...abort(options) }))
    },
    create: (collection, values, options) => {
      const params = { path: { env, collection } }
      return answered(server.POST('/data/{env}/{collection}', { params, body: values, ...abort(options) }))
    },
    update: (collection, id, values, version, options) => {
      const params = { path: { env, collection, id }, header: expected(version) }
      return answered(server.PATCH('/data/{env}/{collection}/{id}', { params, body: values, ...abort(options) }))
    },
    remove: async (collection, id, version) => {
      const params = { path: { env, collection, id }, header: expected(version) }
      // A deletion that was waiting is sent as the page goes away.
      await answered(server.DELETE('/data/{env}/{collection}/{id}', { params, keepalive: true }))
    },
    transition: (collection, id, member, version) => {
      const params = { path: { env, collection, id, member }, header: expected(version) }
      return answered(server.POST('/data/{env}/{collection}/{id}/{member}', { params }))
    },
    history: (collection, id, options) => history(collection, id, { $top: 50 }, options),
    historyNext: (link, options) => {
      const { segments, query } = parts(link)
      return history(segments.at(-3) ?? '', segments.at(-2) ?? '', query, options)
    },
    search: async (q, options) => {
      const params = { path: { env }, query: { q } }
      return (await answered(server.GET('/data/{env}/$search', { params, ...abort(options) }))).value
    },
    fileUrl: (collection, id, field, hash) =>
      at(collection, id, field) + (hash ? `?h=${encodeURIComponent(hash)}` : ''),
    logoUrl: (hash) => `/data/${encodeURIComponent(env)}/$logo?h=${encodeURIComponent(hash)}`,
    keepFile: (file, asItIs) =>
      answered(
        server.POST('/data/{env}/$files', {
          params: {
            path: { env },
            query: asItIs ? { as: 'file' } : {},
            header: { 'Content-Disposition': contentDisposition(file.name) },
          },
          headers: { 'Content-Type': file.type || 'application/octet-stream' },
          body: file,
          bodySerializer: () => file,
        }),
      ),
    lists: {
      read: (list, options) =>
        answered(server.GET('/data/{env}/$lists/{list}', { params: { path: { env, list } }, ...abort(options) })),
      add: async (list, value) => {
        await answered(server.POST('/data/{env}/$lists/{list}', { params: { path: { env, list } }, body: value }))
      },
      change: async (list, tag, change) => {
        const params = { path: { env, list, tag } }
        await answered(server.PATCH('/data/{env}/$lists/{list}/{tag}', { params, body: change }))
      },
    },
    imports: importSource(server, env),
    administration: administrationSource(server, env),
    protection: protectionSource(server, env),
    rights: rightsSource(server, env),
    present: async (collection, id, said, options) => {
      const params = { path: { env, collection, id } }
      const asked = beside.now.PUT('/data/{env}/{collection}/{id}/$presence', { params, body: said, ...options })
      try {
        return (await answered(asked)).value
      } catch (fault) {
        if (asProblem(fault).status === 401) beside.signedOut()
        throw asProblem(fault)
      }
    },
    follow: (followed) => follow(`/events/${encodeURIComponent(env)}`, followed, beside.way),
  }
}

export type Abort = { signal?: AbortSignal | undefined }

export function abort(options?: Abort): { signal?: AbortSignal } {
  return options?.signal ? { signal: options.signal } : {}
}

/** `attachment; filename="…"`, with the UTF-8 form beside it when the name is not plain ASCII (RFC 6266). */
export function contentDisposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]/g, '_').replace(/["\\]/g, '_')
  return ascii === name
    ? `attachment; filename="${ascii}"`
    : `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name)}`
}

/** The options of a list. */
export function listOptions(query: ListQuery): ListOptions {
  const options: ListOptions = {}
  if (query.select?.length) options.$select = query.select.join(',')
  if (query.expand?.length) options.$expand = expansion(query.expand)
  if (query.where) options.$where = query.where
  if (query.search) options.$search = query.search
  if (query.order?.length) options.$orderby = query.order.map(orderTerm).join(',')
  if (query.top !== undefined) options.$top = query.top
  if (query.count) options.$count = true
  return options
}

/** `$apply` of groups. */
export function groupOptions(query: GroupQuery): ListOptions {
  const figures = query.figures.map(({ name, method, field }) =>
    field === null || method === 'count'
      ? `$count as ${name}`
      : `${pathOption(field)} with ${method === 'distinct' ? 'countdistinct' : method} as ${name}`,
  )
  const aggregate = `aggregate(${figures.join(',')})`
  const keys = query.by.map((key) => (typeof key === 'string' ? pathOption(key) : key.name))
  const computed = query.by.flatMap((key) => (typeof key === 'string' ? [] : [`${key.expression} as ${key.name}`]))
  const first = computed.length ? `compute(${computed.join(',')})/` : ''
  const options: ListOptions = {
    $apply: first + (keys.length ? `groupby((${keys.join(',')}),${aggregate})` : aggregate),
  }
  if (query.where) options.$where = query.where
  if (query.search) options.$search = query.search
  return options
}

function groupOf(row: Record<string, unknown>, query: GroupQuery): Group {
  const at = (path: string) =>
    path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | null)?.[name], row) ?? null
  return {
    keys: query.by.map((key) => at(typeof key === 'string' ? key : key.name)),
    figures: Object.fromEntries(query.figures.map(({ name }) => [name, row[name] ?? null])),
  }
}

function recordOptions(query: RecordQuery): RecordOptions {
  return query.expand?.length ? { $expand: expansion(query.expand) } : {}
}

function expansion(expand: { name: string; select?: string[] }[]): string {
  return expand.map(({ name, select }) => (select?.length ? `${name}($select=${select.join(',')})` : name)).join(',')
}

/** `-main_address.city` → `main_address/city desc`. */
function orderTerm(term: string): string {
  const descending = term.startsWith('-')
  const path = pathOption(descending ? term.slice(1) : term)
  return descending ? `${path} desc` : path
}

/** Options as they stand in an address: `$` stays readable there and in logs, everything else is escaped. */
export function queryString(options: object): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return given.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join('&')
}

/** A link from the server, whatever host it was written for: the segments of its path, and its options as they were sent. */
export function parts(link: string): { segments: string[]; query: Record<string, string> } {
  const url = new URL(link, 'http://here/')
  return {
    segments: url.pathname.split('/').map(decodeURIComponent),
    query: Object.fromEntries(url.searchParams),
  }
}
