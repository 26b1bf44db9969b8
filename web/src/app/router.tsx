import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router'
import { moveDrafts } from '../api/drafts'
import { keys } from '../api/keys'
import { Problem } from '../api/problem'
import type { Dictionary, Preferences, Session } from '../api/types'
import { auditSearchOf } from '../features/administration/auditSearch'
import { signInSearchOf } from '../features/administration/signInSearch'
import { importSearchOf } from '../features/import/search'
import { listSearchOf } from '../features/list/search'
import type { Side } from '../features/record/Aside'
import { speak } from '../i18n/i18n'
import { lastEnvironment } from '../visits/lastEnvironment'
import { queryClient } from './queryClient'
import { Crashed, NotFound, Root } from './Root'
import { screen } from './screen'
import { source } from './source'

async function session(): Promise<Session> {
  const found = await queryClient.ensureQueryData({ queryKey: keys.session, queryFn: () => source.session.read() })
  if (found.user.language === 'fr' || found.user.language === 'en') speak(found.user.language)
  return found
}

/** The session, or the way to sign in and back here. */
async function signedIn(href: string): Promise<Session> {
  try {
    const found = await session()
    if (found.to_settle === 'password') throw redirect({ to: '/new-password', search: { to: href } })
    return found
  } catch (fault) {
    if (fault instanceof Problem && fault.status === 401) throw redirect({ to: '/sign-in', search: { to: href } })
    throw fault
  }
}

/** How the person wants their screens, before the first one stands; screens do without where the server cannot say. */
async function preferences(env: string): Promise<Preferences | null> {
  const asked = queryClient.ensureQueryData({
    queryKey: keys.preferences(env),
    queryFn: ({ signal }) => source.environment(env).preferences.read({ signal }),
  })
  return asked.catch(() => null)
}

async function surroundings(env: string, href: string): Promise<{ dictionary: Dictionary }> {
  const { environments } = await signedIn(href)
  const found = environments.find((one) => one.name === env)
  const renamed = found ? undefined : environments.find((one) => one.former.includes(env))
  if (renamed) {
    moveDrafts(env, renamed.name)
    throw redirect(at(href, renamed.name))
  }
  if (found?.to_settle === 'second_factor') throw redirect({ to: '/second-factor', search: { to: href } })
  const [known] = await Promise.all([dictionary(env), preferences(env)])
  return { dictionary: known }
}

/** The same address in an environment that has another name now. */
function at(href: string, env: string) {
  const address = new URL(href, window.location.origin)
  const [, frame, , ...rest] = address.pathname.split('/')
  const search = router.options.parseSearch?.(address.search) ?? {}
  return { to: ['', frame, env, ...rest].join('/'), search, replace: true } as const
}

async function dictionary(env: string): Promise<Dictionary> {
  return queryClient.ensureQueryData({
    queryKey: keys.dictionary(env),
    queryFn: ({ signal }) => source.environment(env).dictionary({ signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

const rootRoute = createRootRoute({ component: Root, notFoundComponent: NotFound, errorComponent: Crashed })

/** Where to go afterwards. Only a path of this application: an address from elsewhere would send people away. */
function whereTo({ to }: Record<string, unknown>): { to?: string } {
  return typeof to === 'string' && /^\/(?!\/|\\)/.test(to) ? { to } : {}
}

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { to?: string; refused?: string } => ({
    ...whereTo(search),
    ...(typeof search.refused === 'string' ? { refused: search.refused } : {}),
  }),
  component: screen(() => import('../features/session/SignIn'), 'SignIn'),
})

const forgottenRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgotten-password',
  component: screen(() => import('../features/session/ForgottenPassword'), 'ForgottenPassword'),
})

const choosePasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/choose-password',
  component: screen(() => import('../features/session/ChoosePassword'), 'ChoosePassword'),
})

const newPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/new-password',
  validateSearch: whereTo,
  loader: async () => {
    const found = await session().catch(() => null)
    if (found?.to_settle !== 'password') throw redirect({ to: found ? '/' : '/sign-in', replace: true })
  },
  component: screen(() => import('../features/session/NewPassword'), 'NewPassword'),
})

const addFactorRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/second-factor',
  validateSearch: whereTo,
  loader: ({ location }) => signedIn(location.href),
  component: screen(() => import('../features/session/AddFactor'), 'AddFactor'),
})

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  loader: async ({ location }) => {
    const { environments } = await signedIn(location.href)
    const [only, ...others] = environments
    if (only && others.length === 0) throw redirect({ to: '/e/$env', params: { env: only.name }, replace: true })
  },
  component: screen(() => import('../features/session/ChooseEnvironment'), 'ChooseEnvironment'),
})

const frameRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/e/$env',
  loader: ({ params, location }) => surroundings(params.env, location.href),
  staleTime: 0,
  component: screen(() => import('../features/frame/Frame'), 'Frame'),
})

/** Environments whose first page was opened since this page was loaded: home is a place of its own afterwards. */
const arrived = new Set<string>()

const startRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/',
  loader: async ({ params, location }) => {
    if (arrived.has(params.env) || 'board' in location.search) return
    arrived.add(params.env)
    const { dictionary: known } = await surroundings(params.env, location.href)
    const first = (await preferences(params.env))?.start_page
    const collection = first ? known.entities[first]?.collection : undefined
    if (collection) throw redirect({ to: '/e/$env/$collection', params: { ...params, collection }, replace: true })
  },
  validateSearch: (search: Record<string, unknown>): { board?: string } =>
    typeof search.board === 'string' ? { board: search.board } : {},
  component: screen(() => import('../features/home/Home'), 'Home'),
})

const listScreen = screen(() => import('../features/list/ListScreen'), 'ListScreen')
const newScreen = screen(() => import('../features/record/NewScreen'), 'NewScreen')
const recordScreen = screen(() => import('../features/record/RecordScreen'), 'RecordScreen')

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/$collection',
  validateSearch: listSearchOf,
  component: listScreen,
})

const newRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/$collection/new',
  // Values of fields as drafts hold them: each field's type reads its own. Or those of another record.
  validateSearch: (search: Record<string, unknown>): { with?: Record<string, unknown>; copy?: string } => ({
    ...(search.with && typeof search.with === 'object' ? { with: search.with as Record<string, unknown> } : {}),
    ...(typeof search.copy === 'string' ? { copy: search.copy } : {}),
  }),
  component: newScreen,
})

const recordRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/$collection/$id',
  validateSearch: (search: Record<string, unknown>): { tab?: string; edit?: boolean; side?: Side } => ({
    ...(typeof search.tab === 'string' ? { tab: search.tab } : {}),
    ...(search.edit === true ? { edit: true } : {}),
    ...(search.side === 'history' || search.side === 'activity' ? { side: search.side } : {}),
  }),
  component: recordScreen,
})

const importRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/$collection/import',
  validateSearch: importSearchOf,
  component: screen(() => import('../features/import/ImportScreen'), 'ImportScreen'),
})

/** Preferences are a person's in an environment: of the one they were in last, when the address does not say. */
const preferencesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/preferences',
  loader: async ({ location }) => {
    const { environments } = await signedIn(location.href)
    const last = environments.find((one) => one.name === lastEnvironment()) ?? environments[0]
    throw redirect(last ? { to: '/me/$env', params: { env: last.name }, replace: true } : { to: '/', replace: true })
  },
})

// What is a person's own has a place beside collections too.
const meRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/me/$env',
  loader: ({ params, location }) => surroundings(params.env, location.href),
  staleTime: 0,
  component: screen(() => import('../features/frame/Frame'), 'Frame'),
})

const ownPreferencesRoute = createRoute({
  getParentRoute: () => meRoute,
  path: '/',
  component: screen(() => import('../features/me/Preferences'), 'Preferences'),
})

const signInsRoute = createRoute({
  getParentRoute: () => meRoute,
  path: '/sessions',
  component: screen(() => import('../features/me/SignIns'), 'SignIns'),
})

const securityRoute = createRoute({
  getParentRoute: () => meRoute,
  path: '/security',
  component: screen(() => import('../features/me/Security'), 'Security'),
})

const signInEventsRoute = createRoute({
  getParentRoute: () => meRoute,
  path: '/sign-ins',
  component: screen(() => import('../features/me/SignInEvents'), 'SignInEvents'),
})

const aboutRoute = createRoute({
  getParentRoute: () => meRoute,
  path: '/about',
  component: screen(() => import('../features/me/About'), 'About'),
})

// Administration has its own frame so that no collection's name can collide with it.
const adminRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/admin/$env',
  loader: ({ params, location }) => surroundings(params.env, location.href),
  staleTime: 0,
  component: screen(() => import('../features/frame/Frame'), 'Frame'),
})

const administrationRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/',
  component: screen(() => import('../features/administration/AdminHome'), 'AdminHome'),
})

const peopleRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/people',
  component: screen(() => import('../features/administration/People'), 'People'),
})

const personRightsRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/people/$person',
  component: screen(() => import('../features/rights/PersonRights'), 'PersonRights'),
})

const profilesRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/profiles',
  component: screen(() => import('../features/rights/Profiles'), 'Profiles'),
})

const profileRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/profiles/$profile',
  validateSearch: (search: Record<string, unknown>): { edit?: boolean } => (search.edit === true ? { edit: true } : {}),
  component: screen(() => import('../features/rights/ProfilePage'), 'ProfilePage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/settings',
  component: screen(() => import('../features/administration/Settings'), 'Settings'),
})

const peopleSignInsRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/sign-ins',
  validateSearch: signInSearchOf,
  component: screen(() => import('../features/administration/SignIns'), 'SignIns'),
})

const assistanceRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/assistance',
  component: screen(() => import('../features/administration/Assistance'), 'Assistance'),
})

const securityReportRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/security',
  component: screen(() => import('../features/administration/SecurityReport'), 'SecurityReport'),
})

const provisioningRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/provisioning',
  component: screen(() => import('../features/administration/Provisioning'), 'Provisioning'),
})

const subscriptionRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/subscription',
  component: screen(() => import('../features/administration/Subscription'), 'Subscription'),
})

const auditRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/audit',
  validateSearch: auditSearchOf,
  component: screen(() => import('../features/administration/Audit'), 'Audit'),
})

const protectionRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/protection',
  component: screen(() => import('../features/protection/Protection'), 'Protection'),
})

const subjectRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/protection/$collection/$id',
  component: screen(() => import('../features/protection/SubjectPage'), 'SubjectPage'),
})

const dataRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/data',
  component: screen(() => import('../features/administration/DataTools'), 'DataTools'),
})

const valueListsRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/lists',
  validateSearch: (search: Record<string, unknown>): { list?: string } =>
    typeof search.list === 'string' ? { list: search.list } : {},
  component: screen(() => import('../features/value-lists/ValueLists'), 'ValueLists'),
})

/** What screens are made of, on one page: for whoever develops, in no build. */
const developmentRoutes = import.meta.env.DEV
  ? [
      createRoute({
        getParentRoute: () => rootRoute,
        path: '/ui',
        component: screen(() => import('../features/design/Design'), 'Design'),
      }),
    ]
  : []

const routeTree = rootRoute.addChildren([
  ...developmentRoutes,
  signInRoute,
  forgottenRoute,
  choosePasswordRoute,
  newPasswordRoute,
  addFactorRoute,
  homeRoute,
  preferencesRoute,
  meRoute.addChildren([ownPreferencesRoute, securityRoute, signInsRoute, signInEventsRoute, aboutRoute]),
  frameRoute.addChildren([startRoute, listRoute, newRoute, importRoute, recordRoute]),
  adminRoute.addChildren([
    administrationRoute,
    peopleRoute,
    personRightsRoute,
    profilesRoute,
    profileRoute,
    auditRoute,
    peopleSignInsRoute,
    assistanceRoute,
    securityReportRoute,
    provisioningRoute,
    subscriptionRoute,
    valueListsRoute,
    settingsRoute,
    protectionRoute,
    subjectRoute,
    dataRoute,
  ]),
])

export const router = createRouter({
  routeTree,
  defaultPreload: false,
  // What a screen did not validate does not reach it.
  search: { strict: true },
  scrollRestoration: false,
  defaultPendingMs: 300,
  defaultErrorComponent: Crashed,
})

// What people open next is fetched while they look at what they opened first: it then opens at once, were the server gone.
const stop = router.subscribe('onRendered', ({ toLocation }) => {
  if (!toLocation.pathname.startsWith('/e/')) return
  stop()
  for (const next of [listScreen, recordScreen, newScreen]) void next.preload?.()
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

declare module '@tanstack/history' {
  interface HistoryState {
    /** The address that was typed on the page one comes from: never in an address of a page, which others may see. */
    email?: string
  }
}
