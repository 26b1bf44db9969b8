import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** What a person waits for before a list or a record stands: the start of the application and these screens. */
const screens = ['features/frame/Frame', 'features/list/ListScreen', 'features/record/RecordScreen']

/** JavaScript of a list and a record together, compressed as the server sends it. */
const bar_bytes = 350_000

/** Stops a build whose first list and record need more JavaScript than the bar; views, maps, charts and editors come when they are opened. */
export function initial(): Plugin {
  return {
    name: 'initial',
    apply: 'build',
    writeBundle({ dir = 'dist' }, bundle) {
      const needed = new Set<string>()
      const need = (file: string) => {
        const chunk = bundle[file]
        if (chunk?.type !== 'chunk' || needed.has(file)) return
        needed.add(file)
        for (const other of chunk.imports) need(other)
      }
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue
        if (chunk.isEntry || screens.some((screen) => chunk.facadeModuleId?.endsWith(`/src/${screen}.tsx`)))
          need(chunk.fileName)
      }
      // A screen that was renamed must not leave the measure without being seen.
      if (needed.size < 1 + screens.length)
        this.error(`only ${[...needed]} were found of what a list and a record need`)
      const files = [...needed].map((file) => join(dir, file))
      const brotli = sum(files.map((file) => readFileSync(`${file}.br`).length))
      const gzip = sum(files.map((file) => gzipSync(readFileSync(file)).length))
      const told = `JavaScript of a list and a record: ${files.length} files, ${kb(brotli)} KB brotli, ${kb(gzip)} KB gzip`
      if (brotli > bar_bytes) this.error(`${told}; the bar is ${kb(bar_bytes)} KB`)
      this.info(told)
    },
  }
}

const sum = (sizes: number[]) => sizes.reduce((all, size) => all + size, 0)
const kb = (bytes: number) => (bytes / 1000).toFixed(1)
