import { answered } from './answers'
import { abort, type Server } from './http'
import type { RightsSource } from './source'

/** Who may do what, as the data API has it. */
export function rightsSource(server: Server, env: string): RightsSource {
  return {
    profilePut: (profile, says) =>
      answered(server.PUT('/data/{env}/$profiles/{profile}', { params: { path: { env, profile } }, body: says })),
    profileTakeBack: async (profile) => {
      await answered(server.DELETE('/data/{env}/$profiles/{profile}', { params: { path: { env, profile } } }))
    },
    of: (person, options) =>
      answered(server.GET('/data/{env}/$rights', { params: { path: { env }, query: { person } }, ...abort(options) })),
    lookAs: async (person) => {
      await answered(server.PUT('/data/{env}/$view_as', { params: { path: { env } }, body: { person } }))
    },
    lookAsMyself: async () => {
      await answered(server.DELETE('/data/{env}/$view_as', { params: { path: { env } } }))
    },
    looks: async (options) =>
      (await answered(server.GET('/data/{env}/$view_as', { params: { path: { env } }, ...abort(options) }))).value,
    why: (asked, options) =>
      answered(server.GET('/data/{env}/$why', { params: { path: { env }, query: asked }, ...abort(options) })),
  }
}
