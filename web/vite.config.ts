import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { ahead, together } from './chunks'
import { initial } from './initial'
import { notices } from './notices'

/** Paths the Rust server answers itself; everything else is this application. */
const serverPaths = ['/session', '/sessions', '/providers', '/data', '/events', '/health', '/metrics']
const server = process.env.TISSERAND_URL ?? 'http://127.0.0.1:7700'

/** Puts beside every script, style and WebAssembly the same compressed as well as can be: the server sends those. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir = 'dist' }) {
      const folder = join(dir, 'assets')
      for (const name of readdirSync(folder).filter((file) => /\.(js|css|wasm)$/.test(file)))
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(readFileSync(join(folder, name))))
    },
  }
}

export default defineConfig({
  plugins: [react(), notices(), ahead(import.meta.dirname), compressed(), initial()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // a strict content security policy allows no data: script or style
    modulePreload: { polyfill: false }, // the polyfill would be an inline script
    chunkSizeWarningLimit: 600,
    rolldownOptions: { output: { codeSplitting: { groups: together(import.meta.dirname) } } },
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(serverPaths.map((path) => [path, { target: server, changeOrigin: false }])),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node', env: { TZ: 'Europe/Paris' } },
})
