import { type InfiniteData, InfiniteQueryObserver, QueryClient } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { mapRows, readAnew } from './cache'
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
