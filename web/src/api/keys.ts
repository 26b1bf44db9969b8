import type { GroupQuery, ListQuery, WhyQuery } from './source'

/** Keys of the query cache, in one place so that whoever refreshes names them as whoever reads does. */
export const keys = {
  session: ['session'] as const,
  dictionary: (env: string) => ['dictionary', env] as const,
  lists: (env: string, entity: string) => ['list', env, entity] as const,
  list: (env: string, entity: string, query: ListQuery) => ['list', env, entity, query] as const,
  /** Whatever views of a collection beside its list have read: read anew as a whole when something changes. */
  views: (env: string, entity: string) => ['view', env, entity] as const,
  view: (env: string, entity: string, ...of: unknown[]) => ['view', env, entity, ...of] as const,
  record: (env: string, entity: string, id: string) => ['record', env, entity, id] as const,
  history: (env: string, entity: string, id: string) => ['history', env, entity, id] as const,
  /** The record of whoever is signed in. */
  me: (env: string, id: string) => ['me', env, id] as const,
  /** Lists as the person arranged them, and those that are shared. */
  savedViews: (env: string) => ['saved-views', env] as const,
  preferences: (env: string) => ['preferences', env] as const,
  favourites: (env: string) => ['favourites', env] as const,
  notifications: (env: string) => ['notifications', env] as const,
  signIns: ['sign-ins'] as const,
  /** When others looked as oneself. */
  looks: (env: string) => ['looks', env] as const,
  accountLink: (link: string) => ['account-link', link] as const,
  brand: ['brand'] as const,
  providers: (domain: string) => ['providers', domain] as const,
  secondFactor: ['second-factor'] as const,
  passkeys: ['passkeys'] as const,
  devices: ['devices'] as const,
  signInEvents: ['sign-in-events'] as const,
  /** Groups and figures over lists. */
  summary: (env: string, entity: string, query: GroupQuery) => ['view', env, entity, 'summary', query] as const,
  /** How many changes a list has not taken in. */
  news: (env: string, entity: string) => ['news', env, entity] as const,
  imports: (env: string) => ['imports', env] as const,
  import: (env: string, id: string) => ['import', env, id] as const,
  administration: (env: string, ...of: unknown[]) => ['administration', env, ...of] as const,
  /** Why somebody may, or may not. */
  why: (env: string, asked: WhyQuery) => ['why', env, asked] as const,
  /** Whether a row rule can be read. */
  rule: (env: string, entity: string, rule: string) => ['rule', env, entity, rule] as const,
  valueList: (env: string, list: string) => ['value-list', env, list] as const,
}
