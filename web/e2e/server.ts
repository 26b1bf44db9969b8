import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from '@playwright/test'
import { password, people, stateFile } from './people'

/** How long a first start may take on a busy machine: it makes the demo companies. */
const startMs = 180_000

/**
 * Starts the real server on demo data of its own, signs each person in once, and gives back how to stop it. With TISSERAND_URL a server
 * that already runs is used and left alone.
 */
export default async function start(): Promise<() => Promise<void>> {
  const running = process.env.TISSERAND_URL
  if (running) {
    process.env.TISSERAND_E2E_URL = running
    await signPeopleIn(running)
    return async () => {}
  }
  const data = await mkdtemp(join(tmpdir(), 'tisserand-e2e-'))
  const child = serve(data, '127.0.0.1:0')
  const stop = async () => {
    await ended(child)
    await rm(data, { recursive: true, force: true })
  }
  try {
    const address = await ready(child)
    process.env.TISSERAND_E2E_URL = address
    await signPeopleIn(address)
  } catch (fault) {
    await stop()
    throw fault
  }
  return stop
}

/** Starts a server on the demo companies of a folder, which are made when it is empty. */
export function serve(data: string, address: string, more: string[] = []): ChildProcess {
  return spawn(binary(), ['demo', '--small', '--data', data, '--address', address, ...more], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Runs a command to its end. */
export function run(...command: string[]): string {
  return execFileSync(binary(), command, { encoding: 'utf8' })
}

function binary(): string {
  const given = process.env.TISSERAND_BIN
  const target = join(import.meta.dirname, '..', '..', 'target')
  const found = (given ? [given] : [join(target, 'release', 'tisserand'), join(target, 'debug', 'tisserand')]).find(
    existsSync,
  )
  if (!found) throw new Error('no server to test: build it (cargo build -p tisserand) or name it in TISSERAND_BIN')
  return found
}

/** The address the server says it listens at. */
export function ready(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const late = setTimeout(() => reject(new Error(`the server was not ready in time; it said:\n${said}`)), startMs)
    const hear = (chunk: Buffer) => {
      said += chunk.toString()
      const address = /Tisserand is ready: (http:\/\/\S+)/.exec(said)?.[1]
      if (!address) return
      clearTimeout(late)
      resolve(address)
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the server ended (${code}); it said:\n${said}`)))
  })
}

/** Asks this very process to end, and waits until it has. */
export function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    const hard = setTimeout(() => child.kill('SIGKILL'), 15_000)
    child.once('exit', () => {
      clearTimeout(hard)
      resolve()
    })
    child.kill('SIGTERM')
  })
}

/** One session a person for the whole run: signing in is slow by design, and throttled. */
async function signPeopleIn(address: string): Promise<void> {
  for (const [name, email] of Object.entries(people)) {
    const context = await request.newContext({ baseURL: address, extraHTTPHeaders: { Origin: address } })
    const answer = await context.post('/session', { data: { email, password } })
    if (!answer.ok()) throw new Error(`${email} cannot sign in: ${answer.status()} ${await answer.text()}`)
    await context.storageState({ path: stateFile(name) })
    await context.dispose()
  }
}
