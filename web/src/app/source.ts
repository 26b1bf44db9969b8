import { useSyncExternalStore } from 'react'
import { httpSource } from '../api/http'
import { Link, type Standing } from '../api/link'

/** The way to the server, and the data source of this application: one per page. */
export const link = new Link()
export const source = httpSource(link)

/** How this page stands with its server, as it changes. */
export function useStanding(): Standing {
  return useSyncExternalStore(link.subscribe, link.read)
}
