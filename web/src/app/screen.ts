import { lazyRouteComponent } from '@tanstack/react-router'
import { patiently } from './patiently'

/** A screen that is fetched when it is first shown. */
export function screen<Screens extends Record<string, unknown>, Name extends keyof Screens & string>(
  load: () => Promise<Screens>,
  name: Name,
) {
  return lazyRouteComponent(() => patiently(load), name)
}
