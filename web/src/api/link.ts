import type { Session } from './types'

/** How this page stands with its server. */
export interface Standing {
  /** The server answers. */
  reachable: boolean
  /** The session of whoever works here is open. */
  signedIn: boolean
  /** Writes that wait for one or the other. */
  waiting: number
  /** The person is asked to sign in again. */
  asked: boolean
  /** The page goes away: somebody signed out, or somebody else signed in. */
  leaving: boolean
}

interface Answer {
  error?: unknown
  response: Response
}

/** A call that got no answer for so long makes one ask whether the server is there at all. */
const slowMs = 8_000
/** How long one waits before asking again whether the server is back. */
const probesMs = [500, 1_000, 2_000, 4_000]
/** A connection may break by itself: a call is sent so often while the server is there. */
const attempts = 3

/**
 * The way to the server. Whatever calls goes through here, and waits here while the server cannot be reached or the session is over: it
 * goes on by itself afterwards, so that no screen has to know. Before anybody signed in, what fails fails.
 */
export class Link {
  private standing: Standing = { reachable: true, signedIn: true, waiting: 0, asked: false, leaving: false }
  private readonly listeners = new Set<() => void>()
  /** Whoever works in this page. */
  private person: string | null = null
  private probing: Promise<boolean> | null = null
  private failures = 0
  private probe: ReturnType<typeof setTimeout> | undefined

  /** Asks the server anew who is signed in; whoever makes the calls says how. */
  reread: () => Promise<unknown> = () => Promise.resolve()

  /** Hears what the browser says of its network, from now on. */
  listen(): void {
    addEventListener('offline', () => void this.check())
    addEventListener('online', () => void this.check())
    // Somebody may have signed in again in another tab.
    addEventListener('focus', () => {
      if (!this.standing.signedIn) void this.reread().catch(() => {})
    })
  }

  readonly read = (): Standing => this.standing

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Sends a call, as often as it takes. `writes`: it may not be forgotten, and can be sent twice without harm. */
  async through<A extends Answer>(call: () => Promise<A>, writes: boolean, signal?: AbortSignal | null): Promise<A> {
    for (let attempt = 1; ; attempt += 1) {
      await this.ready(writes, signal)
      if (this.person === null) return call()
      let answer: A | null = null
      try {
        answer = await this.unlessLost(call)
      } catch (fault) {
        if (!(fault instanceof TypeError) || ((await this.check()) && attempt >= attempts)) throw fault
      }
      if (answer === null) continue
      if (answer.response.ok) return answer
      const code = codeOf(answer.error)
      const { status } = answer.response
      if (status === 401 && code === 'sign_in_needed') this.signedOut()
      // Somebody signed in anew in another tab: the same person goes on with what that session gives.
      else if (status === 403 && code === 'csrf' && attempt === 1) await this.reread()
      // Not the server but what stands before it.
      else if (status < 502 || status > 504 || code || ((await this.check()) && attempt >= attempts)) return answer
    }
  }

  /** Whether the server is there. */
  check(): Promise<boolean> {
    this.probing ??= this.knock().finally(() => {
      this.probing = null
    })
    return this.probing
  }

  /** Resolves once the server is there. */
  reached(): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!this.standing.reachable) return
        stop()
        resolve()
      }
      const stop = this.subscribe(look)
      look()
    })
  }

  /** The session is over. */
  signedOut(): void {
    if (this.person !== null) this.stand({ signedIn: false })
  }

  /** Whether the person is asked, now or later, to sign in again. */
  ask(asked: boolean): void {
    this.stand({ asked })
  }

  /** Takes in who is signed in; somebody else than before begins anew, with nothing of the former. */
  entered(session: Session): void {
    if (this.person !== null && this.person !== session.user.id) {
      this.stand({ leaving: true })
      window.location.assign('/')
      return
    }
    this.person = session.user.id
    this.stand({ signedIn: true, asked: false })
  }

  /** Nobody works here any more. */
  left(): void {
    this.person = null
    this.stand({ signedIn: true, leaving: true })
  }

  /** Whoever works here looks otherwise than when this page was opened: it begins anew, `there` or where it is. */
  lookedOtherwise(there?: string): void {
    if (this.standing.leaving) return
    this.stand({ leaving: true })
    if (there) window.location.assign(there)
    else window.location.reload()
  }

  private async knock(): Promise<boolean> {
    let reachable = false
    try {
      const answer = await fetch('/health', { cache: 'no-store', signal: AbortSignal.timeout(slowMs) })
      reachable = answer.ok
    } catch {
      // not there
    }
    clearTimeout(this.probe)
    if (!reachable) this.askAgain()
    this.stand({ reachable })
    return reachable
  }

  private askAgain(): void {
    const delay = probesMs[Math.min(this.failures, probesMs.length - 1)]
    this.failures += 1
    this.probe = setTimeout(() => void this.check(), delay)
  }

  /** Resolves once calls can be answered. In a page that goes away it never does: what was not sent is not sent as somebody else. */
  private ready(writes: boolean, signal?: AbortSignal | null): Promise<void> {
    const well = ({ reachable, signedIn, leaving }: Standing) => reachable && signedIn && !leaving
    if (this.person === null || well(this.standing)) return Promise.resolve()
    if (writes) this.stand({ waiting: this.standing.waiting + 1 })
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        stop()
        signal?.removeEventListener('abort', abort)
        if (writes) this.stand({ waiting: this.standing.waiting - 1 })
        settle()
      }
      const abort = () => end(() => reject(signal?.reason))
      const stop = this.subscribe(() => {
        if (well(this.standing)) end(resolve)
      })
      signal?.addEventListener('abort', abort)
      if (signal?.aborted) abort()
    })
  }

  /** The answer, or nothing when the server is found to be gone meanwhile: a call in the air then has lost its way. */
  private async unlessLost<A>(call: () => Promise<A>): Promise<A | null> {
    let stop = () => {}
    const lost = new Promise<null>((resolve) => {
      stop = this.subscribe(() => {
        if (!this.standing.reachable) resolve(null)
      })
    })
    const slow = setTimeout(() => void this.check(), slowMs)
    try {
      return await Promise.race([call(), lost])
    } finally {
      clearTimeout(slow)
      stop()
    }
  }

  private stand(change: Partial<Standing>): void {
    const next = { ...this.standing, ...change }
    if (next.reachable) this.failures = 0
    const known = Object.entries(next).every(([name, value]) => this.standing[name as keyof Standing] === value)
    if (known) return
    this.standing = next
    for (const listener of [...this.listeners]) listener()
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined
}
