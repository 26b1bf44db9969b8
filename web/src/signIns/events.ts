import type { SignInEvent } from '../api/types'

/** How grave each thing that happens to a sign-in is; with those the server may send. */
export const colours = {
  signed_in: 'sage',
  wrong_password: 'madder',
  unknown_address: 'madder',
  code_asked: 'ink',
  wrong_code: 'madder',
  provider_refused: 'madder',
  inactive: 'madder',
  slowed_down: 'weld',
  signed_out: 'ink',
  session_ended: 'weld',
  factor_added: 'sage',
  factor_removed: 'weld',
  factor_reset: 'weld',
  recovery_codes_made: 'pastel',
  password_expired: 'madder',
  password_changed: 'pastel',
  password_reset: 'weld',
  invited: 'pastel',
  link_asked: 'weld',
  password_chosen: 'pastel',
  passkey_added: 'sage',
  passkey_removed: 'weld',
  passkey_refused: 'madder',
  passkey_copied: 'madder',
} as const satisfies Record<SignInEvent['event'], string>
