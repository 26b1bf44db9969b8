import { fold } from '../../format/fold'

/** A label as an identifier: `Client perdu` → `client_perdu`. */
export function tagOf(label: string): string {
  return fold(label)
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '')
    .slice(0, 60)
}
