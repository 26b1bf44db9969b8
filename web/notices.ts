import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

interface Package {
  name: string
  version: string
  license?: string
  homepage?: string
  repository?: string | { url: string }
}

/** `notices.txt`: the components of others that are part of the program, with their licences. The web's are those that were bundled. */
export function notices(): Plugin {
  return {
    name: 'notices',
    apply: 'build',
    generateBundle() {
      const folders = new Set([...this.getModuleIds()].flatMap((id) => folderOf(id) ?? []))
      const packages = [...folders].map(told).sort()
      const source = [
        'tisserand is free software under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0',
        'It is made with the components below, each under its own licence.',
        rule('Rust crates of the server'),
        ...crates(),
        rule('Packages of the web application'),
        ...packages,
      ].join('\n')
      this.emitFile({ type: 'asset', fileName: 'notices.txt', source: `${source}\n` })
    },
  }
}

function rule(title: string): string {
  return `\n${'='.repeat(80)}\n${title}\n${'='.repeat(80)}\n`
}

/** The folder of the package that a module is in; `null` for our own. */
function folderOf(id: string): string | null {
  const found = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll('\\', '/'))
  return found?.[1] ?? null
}

function told(folder: string): string {
  const { name, version, license, homepage, repository } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Package
  const from = typeof repository === 'string' ? repository : (repository?.url ?? homepage ?? '')
  const file = existsSync(folder) ? readdirSync(folder).find((one) => /^(licen[cs]e|copying)/i.test(one)) : undefined
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : ''
  return `${name} ${version} — ${license ?? 'see its site'} — ${from}\n\n${text.replace(/^/gm, '    ')}\n`
}

/** The crates that the program is built from, as Cargo knows them: the binary cannot be made without it. */
function crates(): string[] {
  const asked = ['tree', '--locked', '--package', 'tisserand', '--edges', 'normal', '--prefix', 'none']
  const said = execFileSync('cargo', [...asked, '--format', '{p}|{l}|{r}'], { cwd: '..', encoding: 'utf8' })
  const lines = said
    .split('\n')
    .map((line) => line.replace(/ \(\*\)$/, ''))
    // Ours have a path after their version.
    .filter((line) => line.includes('|') && !/ \(\//.test(line))
  return [...new Set(lines)].sort().map((line) => {
    const [crate = '', licence = '', from = ''] = line.replace(' (proc-macro)', '').split('|')
    return `${crate} — ${licence} — ${from}`
  })
}
