// A server of its own for the tests: a folder, an environment with the module `core`, a token, a free port.

import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..')
const PROGRAM = process.env.TISSERAND_BIN ?? join(ROOT, 'target', 'debug', 'tisserand')

/** Starts the server; answers the address of the environment's data, a token, and how to stop. */
export async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'tisserand-odata-'))
  const env = {
    ...process.env,
    LANG: 'C.UTF-8',
    TISSERAND_DATA: join(folder, 'data'),
    TISSERAND_MODULES: join(ROOT, 'modules'),
  }
  const run = (...args) => execFileSync(PROGRAM, args, { cwd: folder, env, encoding: 'utf8' })
  const first = await serve(folder, env, '--create')
  await first.stop()
  run('env', 'create', 'acme', '--label', 'Acme', '--with', 'core')
  const person = ['--name', 'Ada Lenoir', '--email', 'ada@acme.example']
  run('user', 'create', ...person, '--grant', 'acme=administrator')
  const said = run('token', 'create', '--user', 'ada@acme.example', '--name', 'odata', '--json')
  const { token } = JSON.parse(said.trim().split('\n').at(-1))
  const server = await serve(folder, env)
  const stop = async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { service: `${server.address}/data/acme/`, token, stop }
}

async function serve(folder, env, ...args) {
  const child = spawn(PROGRAM, ['serve', '--address', '127.0.0.1:0', ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const READY = 'Tisserand is ready: '
  const lines = createInterface({ input: child.stdout })
  const address = await new Promise((resolve, reject) => {
    lines.on('line', (line) => line.startsWith(READY) && resolve(line.slice(READY.length).trim()))
    ended.then((code) => reject(new Error(`the server ended with ${code}`)))
  })
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  return { address, stop }
}
