import { answered } from './answers'
import { abort, type Server } from './http'
import type { ProtectionSource } from './source'

/** What is held about people, as the data API has it. */
export function protectionSource(server: Server, env: string): ProtectionSource {
  const of = (collection: string, id: string) => ({ path: { env, collection, id } })
  return {
    subject: (collection, id, options) => {
      const params = of(collection, id)
      return answered(server.GET('/data/{env}/$subjects/{collection}/{id}', { params, ...abort(options) }))
    },
    exportUrl: (collection, id) =>
      `/data/${[env, '$subjects', collection, id, 'export'].map(encodeURIComponent).join('/').replace('%24', '$')}`,
    erase: (collection, id, name) => {
      const params = of(collection, id)
      return answered(server.POST('/data/{env}/$subjects/{collection}/{id}/erase', { params, body: { name } }))
    },
    erasures: (options) =>
      answered(server.GET('/data/{env}/$erasures', { params: { path: { env } }, ...abort(options) })),
    erasure: (id, options) =>
      answered(server.GET('/data/{env}/$erasures/{id}', { params: { path: { env, id } }, ...abort(options) })),
    accesses: (options) =>
      answered(server.GET('/data/{env}/$accesses', { params: { path: { env } }, ...abort(options) })),
    exports: (options) =>
      answered(server.GET('/data/{env}/$exports', { params: { path: { env } }, ...abort(options) })),
    expiring: (options) =>
      answered(server.GET('/data/{env}/$expiring', { params: { path: { env } }, ...abort(options) })),
    expire: (collection, name) =>
      answered(
        server.POST('/data/{env}/$expiring/{collection}/run', {
          params: { path: { env, collection } },
          body: { name },
        }),
      ),
    resume: (id) => answered(server.POST('/data/{env}/$erasures/{id}/resume', { params: { path: { env, id } } })),
  }
}
