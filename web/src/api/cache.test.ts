import { type InfiniteData, InfiniteQueryObserver, QueryClient, QueryObserver } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { mapRows, readAnew, readBegunAnew } from './cache'
import type { Page } from './types'

const pages: InfiniteData<Page, string | null> = {
  pageParams: [null, 'next'],
  pages: [{ value: [{ id: '1' }, { id: '2' }], '@odata.count': 4 }, { value: [{ id: '3' }, { id: '4' }] }],
}

describe('rows kept in memory', () => {
  it('change in place, and pages without a change stay the same objects', () => {
    const next = mapRows(pages, (row) => (row.id === '3' ? { id: '3', name: 'x' } : row))
    expect(next.pages[0]).toBe(pages.pages[0])
    expect(next.pages[1]?.value).toEqual([{ id: '3', name: 'x' }, { id: '4' }])
  })

  it('leave with their count', () => {
    const next = mapRows(pages, (row) => (row.id === '2' ? null : row))
    expect(next.pages[0]).toEqual({ value: [{ id: '1' }], '@odata.count': 3 })
  })

  it('are the same when nothing changed, so that nothing is drawn again', () => {
    expect(mapRows(pages, (row) => row)).toBe(pages)
  })
})

describe('what is read anew', () => {
  it('is read once more when somebody changed it while it was read for the first time', async () => {
    for (const anew of [readAnew, readBegunAnew]) {
      const client = new QueryClient()
      const release: ((found: string) => void)[] = []
      const observer = new QueryObserver(client, {
        queryKey: ['note'],
        queryFn: () => new Promise<string>((resolve) => release.push(resolve)),
      })
      const stop = observer.subscribe(() => {})
      expect(release).toHaveLength(1)
      const told = anew(client, ['note'])
      release.shift()?.('before the change')
      await expect.poll(() => release.length).toBe(1)
      release.shift()?.('after it')
      await told
      expect(observer.getCurrentResult().data).toBe('after it')
      stop()
    }
  })

  it('does not lose the page that was being fetched when somebody changed something', async () => {
    const client = new QueryClient()
    const release: (() => void)[] = []
    const asked: number[] = []
    const observer = new InfiniteQueryObserver(client, {
      queryKey: ['notes'],
      initialPageParam: 1,
      queryFn: async ({ pageParam }) => {
        asked.push(pageParam)
        if (pageParam === 2) await new Promise<void>((resolve) => release.push(resolve))
        return pageParam
      },
      getNextPageParam: (page: number) => (page < 2 ? page + 1 : null),
    })
    const stop = observer.subscribe(() => {})
    await observer.refetch()
    const more = observer.fetchNextPage()
    const anew = readAnew(client, ['notes'])
    release.shift()?.()
    await more
    await expect.poll(() => release.length).toBe(1)
    release.shift()?.()
    await anew
    expect(observer.getCurrentResult().data?.pages).toEqual([1, 2])
    expect(asked.slice(-2)).toEqual([1, 2])
    stop()
  })
})
