import { defineConfig } from '@playwright/test'

/** Debian's Chromium: nothing is downloaded. */
const chromium = { executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] }

export default defineConfig({
  testDir: 'e2e',
  globalSetup: './e2e/server.ts',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 45_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    launchOptions: chromium,
    locale: 'fr-FR',
    timezoneId: 'Europe/Paris',
    viewport: { width: 1280, height: 800 },
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'retain-on-failure',
  },
  projects: [
    { name: 'tests', testMatch: '*.spec.ts' },
    // A list of 100 000 rows, on a server that has them: e2e/large.ts
    ...(process.env.LARGE ? [{ name: 'large', testMatch: 'large.ts' }] : []),
    // The first page of a list of 100 000 rows: `make bench`
    ...(process.env.BENCH ? [{ name: 'bench', testMatch: 'first-page.ts' }] : []),
    // Times and memory of going to and fro: e2e/navigations.ts
    ...(process.env.NAVIGATIONS ? [{ name: 'navigations', testMatch: 'navigations.ts' }] : []),
    // Pictures of `docs/screens`, on demand: npm run screens
    ...(process.env.SCREENS ? [{ name: 'screens', testMatch: 'screens.ts' }] : []),
  ],
})
