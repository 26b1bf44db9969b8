import { type InfiniteData, QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { keys } from '../api/keys'
import type { EnvironmentSource } from '../api/source'
import type { Dictionary, LiveEvent, Page } from '../api/types'
import { gatherer } from './gather'

const dictionary = {
  environment: { name: 'acme' },
  entities: { note: { collection: 'notes' } },
} as unknown as Dictionary

const list = keys.list('acme', 'note', {})

function event(id: string, operation: LiveEvent['operation']): LiveEvent {
  return { position: 1, entity: 'note', id, operation, fields: [], actor: null } as unknown as LiveEvent
}

/** A list of two notes, and what the server answers to whoever reads some of its rows. */
function shown() {
  const client = new QueryClient()
  const answers = vi.fn(async () => ({ value: [{ id: '1', name: 'anew' }] }) as Page)
  client.setQueryData<InfiniteData<Page, null>>(list, {
    pageParams: [null],
    pages: [{ value: [{ id: '1' }, { id: '2' }], '@odata.count': 2 }],
  })
  const gather = gatherer(client, { list: answers } as unknown as EnvironmentSource, () => dictionary)
  const hear = async (...events: LiveEvent[]) => {
    for (const one of events) gather.add(one)
    await vi.advanceTimersByTimeAsync(1_000)
  }
  const ids = () =>
    client.getQueryData<InfiniteData<Page, null>>(list)?.pages.flatMap(({ value }) => value.map(({ id }) => id))
  return { client, hear, ids, answers }
}

describe('lists and what is told of their records', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('lose a record that was deleted', async () => {
    const { hear, ids } = shown()
    await hear(event('1', 'delete'))
    expect(ids()).toEqual(['2'])
  })

  it('keep a record that was deleted and put back at once', async () => {
    const { hear, ids, answers, client } = shown()
    await hear(event('1', 'delete'), event('1', 'create'))
    expect(ids()).toEqual(['1', '2'])
    expect(answers).toHaveBeenCalledOnce()
    expect(client.getQueryData(keys.news('acme', 'note'))).toBeUndefined()
  })

  it('are read anew when a record that they lost comes back', async () => {
    const { client, hear } = shown()
    await hear(event('1', 'delete'))
    expect(client.getQueryState(list)?.isInvalidated).toBe(false)
    await hear(event('1', 'create'))
    expect(client.getQueryState(list)?.isInvalidated).toBe(true)
  })

  it('lose nothing by a record that came and went, which is no news either', async () => {
    const { client, hear, ids } = shown()
    await hear(event('3', 'create'), event('3', 'update'), event('3', 'delete'))
    expect(ids()).toEqual(['1', '2'])
    expect(client.getQueryData(keys.news('acme', 'note'))).toBeUndefined()
    await hear(event('4', 'create'), event('4', 'update'))
    expect(client.getQueryData(keys.news('acme', 'note'))).toBe(1)
  })
})
