import { lazyRouteComponent } from '@tanstack/react-router'
import { link } from './source'

type Loaded = Record<string, unknown>

/** A screen that is fetched when it is first shown; while the server does not answer it is waited for, as what it will show is. */
export function screen<Screens extends Loaded, Name extends keyof Screens & string>(
  load: () => Promise<Screens>,
  name: Name,
) {
  return lazyRouteComponent(() => patiently(load), name)
}

async function patiently<Screens>(load: () => Promise<Screens>): Promise<Screens> {
  for (;;) {
    try {
      return await load()
    } catch (fault) {
      // With the server there, it is gone for another reason, such as a newer version: the router reloads the page.
      if (await link.check()) throw fault
      await link.reached()
    }
  }
}
