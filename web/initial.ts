import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** What a person waits for before a list or a record stands: the start of the application and these screens. */
const parts = ['main', 'features/frame/Frame', 'features/list/ListScreen', 'features/record/RecordScreen']

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
      for (const part of parts) {
        const holds = Object.values(bundle).find(
          (chunk) => chunk.type === 'chunk' && chunk.moduleIds.some((id) => id.endsWith(`/src/${part}.tsx`)),
        )
        // One that was renamed must not leave the measure without being seen.
        if (!holds) this.error(`src/${part}.tsx is in no file that a list and a record load`)
        need(holds.fileName)
      }
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
