import type { Server } from './http'
import type { Link } from './link'
import { randomName } from './randomName'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

type Call = (path: string, init?: Init) => Promise<{ error?: unknown; response: Response }>
type Init = { headers?: Record<string, string>; signal?: AbortSignal | null }

/** The same server, whose calls wait until they can be answered. Each write has a key, so that it is done once however often it is sent. */
export function lasting(server: Server, link: Link): Server {
  const patient = methods.map((method) => {
    const send = server[method] as unknown as Call
    const call: Call = (path, init = {}) => {
      const writes = method !== 'GET'
      const once: Record<string, string> = writes ? { 'Idempotency-Key': randomName() } : {}
      return link.through(() => send(path, { ...init, headers: { ...once, ...init.headers } }), writes, init.signal)
    }
    return [method, call] as const
  })
  return { ...server, ...Object.fromEntries(patient) } as Server
}
