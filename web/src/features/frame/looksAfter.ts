import type { Power } from '../../api/types'

/** Whether somebody has a page of administration to open: they administer, or answer for personal data. */
export function looksAfter(powers: readonly Power[]): boolean {
  return powers.includes('administer') || powers.includes('protect')
}
