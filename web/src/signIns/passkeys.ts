import type { Ceremony } from '../api/types'

/** Why passkeys cannot be used here: the address, or the browser. */
export type NoPasskeys = 'address' | 'public' | 'browser'

/** Whether this browser can make and use passkeys at this address; else why not. Source: Web Authentication Level 3, 5.1.3. */
export function noPasskeysHere(): NoPasskeys | null {
  // A network address is no domain, be it secure.
  const numeric = /^\[|^\d+(\.\d+){3}$/.test(window.location.hostname)
  if (!window.isSecureContext || numeric) return 'address'
  return 'PublicKeyCredential' in window ? null : 'browser'
}

/** What a browser and its authenticator answer, as it is sent. */
export type Answered = Record<string, unknown>

/** Has the person's authenticator make a key. Rejects with a `DOMException` when they give up. */
export async function makePasskey({ options }: Ceremony): Promise<Answered> {
  const asked = options as unknown as PublicKeyCredentialCreationOptionsJSON
  const made = await navigator.credentials.create({
    publicKey: {
      rp: asked.rp,
      user: { ...asked.user, id: bytes(asked.user.id) },
      challenge: bytes(asked.challenge),
      pubKeyCredParams: asked.pubKeyCredParams as PublicKeyCredentialParameters[],
      timeout: asked.timeout ?? 0,
      attestation: 'none',
      authenticatorSelection: asked.authenticatorSelection as AuthenticatorSelectionCriteria,
      excludeCredentials: (asked.excludeCredentials ?? []).map((one) => ({ type: 'public-key', id: bytes(one.id) })),
    },
  })
  const key = credential(made)
  const response = key.response as AuthenticatorAttestationResponse
  return answer(key, {
    clientDataJSON: text(response.clientDataJSON),
    attestationObject: text(response.attestationObject),
  })
}

/**
 * Has a key of the person sign. `autofill`: the browser offers it where the address is typed, and this waits for as long as nobody picks one.
 * Rejects with a `DOMException` when they give up, or when `signal` ends it.
 */
export async function signWithPasskey(
  { options }: Ceremony,
  how: { signal: AbortSignal; autofill: boolean },
): Promise<Answered> {
  const asked = options as unknown as PublicKeyCredentialRequestOptionsJSON
  const found = await navigator.credentials.get({
    signal: how.signal,
    ...(how.autofill && { mediation: 'conditional' }),
    publicKey: {
      challenge: bytes(asked.challenge),
      rpId: asked.rpId ?? '',
      timeout: asked.timeout ?? 0,
      userVerification: 'required',
    },
  })
  const key = credential(found)
  const response = key.response as AuthenticatorAssertionResponse
  return answer(key, {
    clientDataJSON: text(response.clientDataJSON),
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
    userHandle: response.userHandle ? text(response.userHandle) : null,
  })
}

/** Whether the browser offers passkeys where an address is typed. */
export async function offersPasskeys(): Promise<boolean> {
  return (await PublicKeyCredential.isConditionalMediationAvailable?.()) ?? false
}

function credential(found: Credential | null): PublicKeyCredential {
  if (found instanceof PublicKeyCredential) return found
  throw new DOMException('no passkey', 'NotAllowedError')
}

function answer(key: PublicKeyCredential, response: Answered): Answered {
  return { id: key.id, rawId: text(key.rawId), type: key.type, response }
}

/** Bytes of a text in base64url. Not every browser in use has `parseCreationOptionsFromJSON`. */
function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0))
}

function text(buffer: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
