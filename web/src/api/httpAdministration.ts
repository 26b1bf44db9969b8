import { answered } from './answers'
import { type Abort, abort, contentDisposition, parts, type Server } from './http'
import type { AdministrationSource, ImportSource } from './source'
import type { JournalChange, PageOf } from './types'

type Linked = Abort & { link?: string | undefined }

/** Options of a page: those of its link, where it has one. */
function paged<Query extends object>(query: Query, options?: Linked): Query {
  return options?.link ? (parts(options.link).query as Query) : query
}

/** Imports as the data API has them. */
export function importSource(server: Server, env: string): ImportSource {
  const named = (id: string) => ({ path: { env, import: id } })
  return {
    list: (collection, options) => {
      const query = paged(collection ? { collection } : {}, options)
      return answered(server.GET('/data/{env}/$imports', { params: { path: { env }, query }, ...abort(options) }))
    },
    send: (collection, file) =>
      answered(
        server.POST('/data/{env}/$imports', {
          params: {
            path: { env },
            query: { collection },
            header: { 'Content-Disposition': contentDisposition(file.name) },
          },
          headers: { 'Content-Type': 'application/octet-stream' },
          body: file,
          bodySerializer: () => file,
        }),
      ),
    read: (id, options) =>
      answered(server.GET('/data/{env}/$imports/{import}', { params: named(id), ...abort(options) })),
    detect: (id, mapping) =>
      answered(server.POST('/data/{env}/$imports/{import}/detect', { params: named(id), body: { mapping } })),
    preview: (id, mapping) =>
      answered(server.POST('/data/{env}/$imports/{import}/preview', { params: named(id), body: { mapping } })),
    run: (id, mapping) =>
      answered(
        server.POST('/data/{env}/$imports/{import}/run', { params: named(id), body: mapping ? { mapping } : {} }),
      ),
    stop: (id) => answered(server.POST('/data/{env}/$imports/{import}/stop', { params: named(id) })),
    undo: (id) => answered(server.POST('/data/{env}/$imports/{import}/undo', { params: named(id) })),
    forget: async (id) => void (await answered(server.DELETE('/data/{env}/$imports/{import}', { params: named(id) }))),
    rows: (id, outcome, options) => {
      const query = paged(outcome ? { outcome } : {}, options)
      const params = { ...named(id), query }
      return answered(server.GET('/data/{env}/$imports/{import}/rows', { params, ...abort(options) }))
    },
    left: (id, options) => {
      const params = { ...named(id), query: paged({}, options) }
      return answered(server.GET('/data/{env}/$imports/{import}/left', { params, ...abort(options) }))
    },
    refusedUrl: (id) => `/data/${encodeURIComponent(env)}/$imports/${encodeURIComponent(id)}/refused`,
  }
}

/** What administrators do, as the data API has it. */
export function administrationSource(server: Server, env: string): AdministrationSource {
  const named = (id: string) => ({ path: { env, id } })
  return {
    journal: (asked, options) => {
      const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value))
      const params = { path: { env }, query: paged(given, options) }
      // The client's types lose that a change is a pair.
      return answered(server.GET('/data/{env}/$journal', { params, ...abort(options) })) as Promise<
        PageOf<JournalChange>
      >
    },
    figures: (options) =>
      answered(server.GET('/data/{env}/$figures', { params: { path: { env } }, ...abort(options) })),
    archiveUrl: () => `/data/${encodeURIComponent(env)}/$archive`,
    archives: {
      list: async (options) =>
        (await answered(server.GET('/data/{env}/$archives', { params: { path: { env } }, ...abort(options) }))).value,
      ask: () => answered(server.POST('/data/{env}/$archives', { params: { path: { env } } })),
      url: (id) => `/data/${encodeURIComponent(env)}/$archives/${id}`,
    },
    people: (options) => answered(server.GET('/data/{env}/$people', { params: { path: { env } }, ...abort(options) })),
    letIn: (person) => answered(server.POST('/data/{env}/$people', { params: { path: { env } }, body: person })),
    setProfiles: async (id, profiles) => {
      await answered(server.PATCH('/data/{env}/$people/{id}', { params: named(id), body: { profiles } }))
    },
    profiles: (options) =>
      answered(server.GET('/data/{env}/$profiles', { params: { path: { env } }, ...abort(options) })),
    takeAway: async (id) => {
      await answered(server.DELETE('/data/{env}/$people/{id}', { params: named(id) }))
    },
    invite: async (id) => {
      await answered(server.POST('/data/{env}/$people/{id}/invite', { params: named(id) }))
    },
    resetPassword: (id) => answered(server.POST('/data/{env}/$people/{id}/reset', { params: named(id) })),
    signOut: (id) => answered(server.POST('/data/{env}/$people/{id}/sign_out', { params: named(id) })),
    resetFactor: async (id) => {
      await answered(server.POST('/data/{env}/$people/{id}/reset_factor', { params: named(id) }))
    },
    security: async (options) =>
      (await answered(server.GET('/data/{env}/$security', { params: { path: { env } }, ...abort(options) }))).value,
    signInRules: {
      read: (options) => answered(server.GET('/data/{env}/$sign_in', { params: { path: { env } }, ...abort(options) })),
      change: (change) => answered(server.PATCH('/data/{env}/$sign_in', { params: { path: { env } }, body: change })),
    },
    assistance: {
      list: async (options) =>
        (await answered(server.GET('/data/{env}/$assistance', { params: { path: { env } }, ...abort(options) }))).value,
      answer: async (id, answer) =>
        (await answered(server.PUT('/data/{env}/$assistance/{id}', { params: named(id), body: { answer } }))).value,
    },
    provisioning: {
      show: (options) =>
        answered(server.GET('/data/{env}/$provisioning', { params: { path: { env } }, ...abort(options) })),
      make: (name) =>
        answered(server.POST('/data/{env}/$provisioning/tokens', { params: { path: { env } }, body: { name } })),
      revoke: async (id) =>
        void (await answered(server.DELETE('/data/{env}/$provisioning/tokens/{id}', { params: named(id) }))),
      map: (id, profiles) =>
        answered(server.PUT('/data/{env}/$provisioning/groups/{id}', { params: named(id), body: { profiles } })),
    },
    subscription: (options) =>
      answered(server.GET('/data/{env}/$subscription', { params: { path: { env } }, ...abort(options) })),
    signIns: (asked, options) => {
      const params = { path: { env }, query: paged(asked, options) }
      return answered(server.GET('/data/{env}/$sign_ins', { params, ...abort(options) }))
    },
  }
}
