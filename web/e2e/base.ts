import { type APIRequestContext, type BrowserContext, test as base, expect, type Page } from '@playwright/test'
import { type Person, password, people, stateFile } from './people'

export { expect }

/** The environment of the tests. */
export const env = 'acme'

let count = 0

/** A name no other test has. */
export function unique(word: string): string {
  count += 1
  return `${word} ${process.pid.toString(36)}${Date.now().toString(36)}${count}`
}

/** The data API as a person, to prepare what a test needs. */
export class Api {
  private constructor(
    private readonly request: APIRequestContext,
    private readonly csrf: string,
  ) {}

  static async of(request: APIRequestContext): Promise<Api> {
    const answer = await request.get('/session')
    expect(answer.ok()).toBe(true)
    return new Api(request, ((await answer.json()) as { csrf: string }).csrf)
  }

  async create(
    collection: string,
    values: Record<string, unknown>,
  ): Promise<{ id: string; version: number } & Record<string, unknown>> {
    const answer = await this.request.post(`/data/${env}/${collection}`, {
      data: values,
      headers: { 'X-CSRF-Token': this.csrf },
    })
    expect(answer.status(), await answer.text()).toBe(201)
    return answer.json()
  }

  async change(collection: string, id: string, values: Record<string, unknown>): Promise<void> {
    const answer = await this.request.patch(`/data/${env}/${collection}/${id}`, {
      data: values,
      headers: { 'X-CSRF-Token': this.csrf },
    })
    expect(answer.ok(), await answer.text()).toBe(true)
  }

  /** The status of a change that may be refused. */
  async try(collection: string, id: string, values: Record<string, unknown>): Promise<number> {
    const headers = { 'X-CSRF-Token': this.csrf }
    return (await this.request.patch(`/data/${env}/${collection}/${id}`, { data: values, headers })).status()
  }

  /** Keeps a text, for a file field to name. */
  async keep(name: string, content: string): Promise<unknown> {
    const answer = await this.request.post(`/data/${env}/$files`, {
      data: content,
      headers: {
        'X-CSRF-Token': this.csrf,
        'Content-Type': 'text/plain',
        'Content-Disposition': `attachment; filename="${name}"`,
      },
    })
    expect(answer.status(), await answer.text()).toBe(201)
    return answer.json()
  }

  async move(collection: string, id: string, transition: string): Promise<void> {
    const answer = await this.request.post(`/data/${env}/${collection}/${id}/${transition}`, {
      data: {},
      headers: { 'X-CSRF-Token': this.csrf },
    })
    expect(answer.ok(), await answer.text()).toBe(true)
  }

  async remove(collection: string, id: string): Promise<void> {
    const answer = await this.request.delete(`/data/${env}/${collection}/${id}`, {
      headers: { 'X-CSRF-Token': this.csrf },
    })
    expect(answer.ok(), await answer.text()).toBe(true)
  }

  async put(path: string, values: Record<string, unknown>): Promise<void> {
    const answer = await this.request.put(`/data/${env}/${path}`, {
      data: values,
      headers: { 'X-CSRF-Token': this.csrf },
    })
    expect(answer.ok(), await answer.text()).toBe(true)
  }

  /** Lets somebody in; with the password that they are given. */
  async letIn(person: { name: string; email: string; profiles: string[] }): Promise<{ password: string }> {
    const answer = await this.request.post(`/data/${env}/$people`, {
      data: person,
      headers: { 'X-CSRF-Token': this.csrf },
    })
    expect(answer.status(), await answer.text()).toBe(201)
    return answer.json()
  }

  /** Gives somebody these profiles in place of theirs. */
  async give(email: string, profiles: string[]): Promise<void> {
    const answer = await this.request.get(`/data/${env}/$people`)
    const people = ((await answer.json()) as { value: { id: string; email: string }[] }).value
    const person = people.find((one) => one.email === email)
    const given = await this.request.patch(`/data/${env}/$people/${person?.id}`, {
      data: { profiles },
      headers: { 'X-CSRF-Token': this.csrf },
    })
    expect(given.ok(), await given.text()).toBe(true)
  }

  /** The record that this person is here. */
  async me(): Promise<string> {
    const answer = await this.request.get(`/data/${env}/$dictionary`)
    return ((await answer.json()) as { me: { id: string } }).me.id
  }

  async text(path: string): Promise<string> {
    const answer = await this.request.get(`/data/${env}/${path}`)
    expect(answer.ok(), await answer.text()).toBe(true)
    return answer.text()
  }

  async status(path: string): Promise<number> {
    return (await this.request.get(`/data/${env}/${path}`)).status()
  }

  async read(collection: string, id: string): Promise<Record<string, unknown> | null> {
    const answer = await this.request.get(`/data/${env}/${collection}/${id}`)
    return answer.status() === 404 ? null : answer.json()
  }
}

interface Fixtures {
  /** A page where Ada, who administers, is signed in. */
  page: Page
  /** The API as Ada. */
  api: Api
  /** A context of its own for somebody. */
  as(person: Person): Promise<{ context: BrowserContext; page: Page; api: Api }>
  /** Somebody in a session of their own, and how the server ends it: their browser is not told. */
  anew(person: Person): Promise<{ page: Page; end(): Promise<void>; signIn(person: Person): Promise<string> }>
}

/** Nobody is signed in. */
export const nobody = { cookies: [], origins: [] }

export const test = base.extend<Fixtures & { theme: 'light' | 'dark' }>({
  baseURL: async ({ baseURL: _none }, use) => use(process.env.TISSERAND_E2E_URL),
  storageState: stateFile('ada'),
  theme: ['light', { option: true }],
  api: async ({ context }, use) => use(await Api.of(context.request)),
  as: async ({ browser, baseURL, locale, timezoneId, viewport }, use) => {
    const contexts: BrowserContext[] = []
    await use(async (person) => {
      const context = await browser.newContext({
        baseURL,
        locale,
        timezoneId,
        viewport,
        storageState: stateFile(person),
        reducedMotion: 'reduce',
      })
      contexts.push(context)
      return { context, page: await context.newPage(), api: await Api.of(context.request) }
    })
    for (const context of contexts) await context.close()
  },
  anew: async ({ browser, playwright, baseURL, locale, timezoneId, viewport }, use) => {
    const contexts: BrowserContext[] = []
    const headers = { Origin: baseURL ?? '' }
    await use(async (person) => {
      // Without the session of the run: signing in would end it, for all tests.
      const context = await browser.newContext({
        baseURL,
        locale,
        timezoneId,
        viewport,
        storageState: nobody,
        reducedMotion: 'reduce',
      })
      contexts.push(context)
      const signIn = async (who: Person) => {
        const answer = await context.request.post('/session', { data: { email: people[who], password }, headers })
        expect(answer.ok(), await answer.text()).toBe(true)
        return ((await answer.json()) as { csrf: string }).csrf
      }
      const csrf = await signIn(person)
      const storageState = await context.storageState()
      const end = async () => {
        const elsewhere = await playwright.request.newContext({ baseURL, storageState })
        const ended = await elsewhere.delete('/session', { headers: { ...headers, 'X-CSRF-Token': csrf } })
        expect(ended.status()).toBe(204)
        await elsewhere.dispose()
      }
      return { page: await context.newPage(), end, signIn }
    })
    for (const context of contexts) await context.close()
  },
  page: async ({ page }, use) => {
    const faults: string[] = []
    page.on('pageerror', (fault) => faults.push(fault.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && /Content Security Policy|React|Warning/.test(message.text()))
        faults.push(message.text())
    })
    await use(page)
    expect(faults, 'nothing broke behind the screen').toEqual([])
  },
})

/** Opens a list and waits for its first rows, or for it to say that it is empty. */
export async function openList(page: Page, collection: string, search = ''): Promise<void> {
  await page.goto(`/e/${env}/${collection}${search}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await expect(
    rows(page)
      .first()
      .or(page.getByRole('heading', { level: 2 })),
  ).toBeVisible()
}

/** The links of the rows in sight. */
export function rows(page: Page) {
  return page.getByRole('table').getByRole('row').getByRole('link')
}

/** Opens a record and waits for it. */
export async function openRecord(page: Page, collection: string, id: string): Promise<void> {
  await page.goto(`/e/${env}/${collection}/${id}`)
  await page.getByRole('navigation', { name: 'Navigation principale' }).first().waitFor()
  await page.getByRole('button', { name: 'Retour à la liste' }).waitFor()
}

/** The slot of a field, by its name in the dictionary. */
export function field(page: Page, name: string) {
  return page.locator(`[data-field="${name}"]`)
}

/** Where a field is typed, by its name in the dictionary. */
export function input(page: Page, name: string) {
  return field(page, name).locator('input, textarea').first()
}

/** Screens speak `language` to whoever is signed in. */
export async function speak(page: Page, language: 'fr' | 'en'): Promise<void> {
  await page.route('**/session', async (route) => {
    if (route.request().method() !== 'GET') return route.fallback()
    const answer = await route.fetch()
    const session = await answer.json()
    await route.fulfill({ response: answer, json: { ...session, user: { ...session.user, language } } })
  })
}
