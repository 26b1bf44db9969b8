import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

/** Paths the Rust server answers itself; everything else is this application. */
const serverPaths = ['/session', '/data', '/events', '/health', '/metrics']
const server = process.env.TISSERAND_URL ?? 'http://127.0.0.1:7700'

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // a strict content security policy allows no data: script or style
    modulePreload: { polyfill: false }, // the polyfill would be an inline script
    chunkSizeWarningLimit: 600,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(serverPaths.map((path) => [path, { target: server, changeOrigin: false }])),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node', env: { TZ: 'Europe/Paris' } },
})
