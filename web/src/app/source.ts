import { httpSource } from '../api/http'

/** The data source of this application: one per page. */
export const source = httpSource()
