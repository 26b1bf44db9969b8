import { answered } from './answers'
import { abort, type Server } from './http'
import type { EnvironmentSource } from './source'

/** What belongs to the person who asks, in one environment. */
export function personalCalls(
  server: Server,
  env: string,
): Pick<EnvironmentSource, 'preferences' | 'favourites' | 'notifications'> {
  const params = { path: { env } }
  return {
    preferences: {
      read: (options) => answered(server.GET('/data/{env}/$preferences', { params, ...abort(options) })),
      change: (change) => answered(server.PATCH('/data/{env}/$preferences', { params, body: change })),
    },
    favourites: {
      list: async (options) =>
        (await answered(server.GET('/data/{env}/$favourites', { params, ...abort(options) }))).value,
      add: (target) => answered(server.POST('/data/{env}/$favourites', { params, body: { target } })),
      remove: async (id) => {
        await answered(server.DELETE('/data/{env}/$favourites/{id}', { params: { path: { env, id } } }))
      },
    },
    notifications: {
      list: (top, options) => {
        const asked = { path: { env }, query: { $top: top } }
        return answered(server.GET('/data/{env}/$notifications', { params: asked, ...abort(options) }))
      },
      mark: async (id, read) => {
        const one = { path: { env, id } }
        await answered(server.PATCH('/data/{env}/$notifications/{id}', { params: one, body: { read } }))
      },
      markAll: async () => {
        await answered(server.POST('/data/{env}/$notifications/read', { params }))
      },
    },
  }
}
