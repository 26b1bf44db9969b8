import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import { source } from '../../app/source'
import { EventList } from '../../signIns/EventList'
import { MePage } from './MePage'

/** What happened to the person's own sign-ins: one that was not theirs shows here. */
export function SignInEvents() {
  const { t } = useTranslation()
  const found = useInfiniteQuery({
    queryKey: keys.signInEvents,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => source.session.events({ signal, link: pageParam }),
    getNextPageParam: (page) => page['@odata.nextLink'],
    staleTime: 0,
  })
  return (
    <MePage title={t('signInEvents.mine.title')} hint={t('signInEvents.mine.hint')}>
      <EventList
        label={t('signInEvents.mine.title')}
        events={found.data?.pages.flatMap((page) => page.value) ?? []}
        pending={found.isPending}
        error={found.error && asProblem(found.error)}
        retry={() => void found.refetch()}
        more={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
        reading={found.isFetchingNextPage}
      />
    </MePage>
  )
}
