import { useEffect, useRef, useState } from 'react'
import { Problem } from '../api/problem'
import type { Session } from '../api/types'
import { source } from '../app/source'
import { noPasskeysHere, offersPasskeys, signWithPasskey } from './passkeys'

/**
 * Signing in by a passkey. `autofill`: the browser also offers it where the address is typed, from the start and again where somebody gave up; it
 * waits until they pick one.
 */
export function usePasskey(entered: (session: Session) => void | Promise<void>, autofill: boolean) {
  const [not] = useState(noPasskeysHere)
  const [fault, setFault] = useState<Error | null>(null)
  const [pending, setPending] = useState(false)
  // Browsers take one request at a time.
  const asking = useRef<AbortController | null>(null)

  const ask = async (offered: boolean) => {
    asking.current?.abort()
    const mine = new AbortController()
    asking.current = mine
    if (!offered) {
      setFault(null)
      setPending(true)
    }
    let picked = false
    try {
      const ceremony = await source.session.passkeyAsked()
      if (mine.signal.aborted) return
      const answered = await signWithPasskey(ceremony, { signal: mine.signal, autofill: offered })
      picked = true
      setPending(true)
      await entered(await source.session.passkeyAnswered(ceremony.ceremony, answered))
    } catch (thrown) {
      if (mine.signal.aborted) return
      // What the browser merely offers is nobody's fault.
      if (picked || !offered) setFault(thrown instanceof Error ? thrown : new Error(String(thrown)))
      // A key that was refused would be again; whoever gave up, or was too slow, finds it offered again.
      const again =
        thrown instanceof DOMException ? !offered : thrown instanceof Problem && thrown.code === 'ceremony_over'
      if (autofill && again) void offer()
    } finally {
      if (asking.current === mine || picked) setPending(false)
    }
  }
  const offer = async () => {
    if (await offersPasskeys()) await ask(true)
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: offered once the page is there, withdrawn when it goes
  useEffect(() => {
    if (!autofill || not) return
    let here = true
    void offersPasskeys().then((does) => {
      if (here && does) void ask(true)
    })
    return () => {
      here = false
      asking.current?.abort()
    }
  }, [])

  const closed = fault instanceof Problem && fault.code === 'passkeys_unavailable'
  return {
    /** Why there are none here. */
    not: closed ? ('public' as const) : not,
    fault: closed ? null : fault,
    pending,
    ask: () => {
      if (!pending) void ask(false)
    },
  }
}
