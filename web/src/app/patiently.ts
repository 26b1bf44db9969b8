import { link } from './source'

/** Fetches a part of the application; while the server does not answer it is waited for, as what it will show is. */
export async function patiently<Part>(load: () => Promise<Part>): Promise<Part> {
  for (;;) {
    try {
      return await load()
    } catch (fault) {
      // With the server there, it is gone for another reason, such as a newer version.
      if (await link.check()) throw fault
      await link.reached()
    }
  }
}
