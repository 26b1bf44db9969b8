import { randomName } from './randomName'

/** This page, from its loading to its end: a tab that is reloaded has another. */
export const page = randomName()

const key = 'tisserand.page'

/** The page that this tab had before it was reloaded; none when one came here by another way. */
export const pageBefore = take()

function take(): string | null {
  try {
    const before = sessionStorage.getItem(key)
    sessionStorage.setItem(key, page)
    const [way] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
    return way?.type === 'reload' ? before : null
  } catch {
    return null // storage forbidden: nothing is found again
  }
}

// Held as long as the page is there. Where locks are missing (no TLS), pages that live cannot be told from those that are gone.
void navigator.locks?.request(`${key} ${page}`, () => new Promise<void>(() => {}))

/** The pages of this device that are open now, this one included. */
export async function openPages(): Promise<Set<string>> {
  const held = (await navigator.locks?.query())?.held ?? []
  const names = held.flatMap(({ name }) => (name?.startsWith(`${key} `) ? [name.slice(key.length + 1)] : []))
  return new Set([page, ...names])
}
