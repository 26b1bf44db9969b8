import { type InfiniteData, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { keys } from '../api/keys'
import { asProblem } from '../api/problem'
import type { ListQuery } from '../api/source'
import type { Entity, Page, RecordData } from '../api/types'
import { useSurroundings } from '../dictionary/context'

export interface Rows {
  rows: RecordData[]
  /** `null` while unknown. */
  count: number | null
  capped: boolean
  hasMore: boolean
  loading: boolean
  /** The rows are those of the question before: the new ones are on their way. */
  outdated: boolean
  loadingMore: boolean
  problem: ReturnType<typeof asProblem> | null
  more(): void
  again(): void
}

const none: RecordData[] = []

/** Where a page begins, and how many rows it asks for. */
interface Following {
  link: string
  top: number
}

/** Whoever scrolls on wants to get far: pages grow, so that the end of a hundred thousand rows is a hundred requests away, not a thousand. */
export function pageSize(pagesRead: number): number {
  if (pagesRead < 3) return 100
  return pagesRead < 6 ? 300 : 1000
}

/** Not made anew at every drawing, so that a hundred thousand rows are joined once a page. */
function joined(data: InfiniteData<Page, Following | null>) {
  return { first: data.pages[0], rows: data.pages.flatMap((page) => page.value) }
}

/**
 * The rows of a list, page after page by keyset: what is written meanwhile is neither shown twice nor hides others. Pages read stay as
 * they are; changes come in through the live journal, in place.
 */
export function useRows(entity: Entity, query: ListQuery, enabled = true): Rows {
  const { dictionary, source } = useSurroundings()
  const found = useInfiniteQuery({
    queryKey: keys.list(dictionary.environment.name, entity.name, query),
    initialPageParam: null as Following | null,
    queryFn: ({ pageParam, signal }) =>
      pageParam === null
        ? source.list(entity.collection, query, { signal })
        : source.next(pageParam.link, { signal, top: pageParam.top }),
    getNextPageParam: (page: Page, pages: Page[]): Following | null => {
      const link = page['@odata.nextLink']
      return link ? { link, top: pageSize(pages.length) } : null
    },
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    enabled,
    select: joined,
  })
  const first = found.data?.first
  return {
    rows: found.data?.rows ?? none,
    count: first?.['@odata.count'] ?? null,
    capped: first?.['@tisserand.count_capped'] ?? false,
    hasMore: found.hasNextPage,
    loading: found.isPending,
    outdated: found.isPlaceholderData,
    loadingMore: found.isFetchingNextPage,
    problem: found.error ? asProblem(found.error) : null,
    more: () => void found.fetchNextPage(),
    again: () => void found.refetch(),
  }
}
