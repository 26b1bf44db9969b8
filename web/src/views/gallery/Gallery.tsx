import { Button } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type CSSProperties, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { ListQuery } from '../../api/source'
import type { Entity, FileValue, Page, RecordData } from '../../api/types'
import { allOf } from '../../api/where'
import { useSurroundings } from '../../dictionary/context'
import { titleOf } from '../../dictionary/model'
import { Icon } from '../../icons/Icon'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { initialsOf } from '../../ui/Initials'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice } from '../../ui/ProblemNotice'
import type { ViewProps } from '../kinds'
import { LookValues } from '../LookValues'
import { type Look, useLook } from '../look'
import styles from './Gallery.module.css'

const pageSize = 60

/** A page, of the records with a picture or of the others. */
interface Following {
  pictured: boolean
  link: string | null
}

/** Records by their pictures. */
export function Gallery({ entity, view, asked }: ViewProps<'gallery'>) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const end = useRef<HTMLDivElement>(null)
  const look = useLook(entity, view, [view.image])
  const query: ListQuery = {
    ...look.needed,
    ...asked,
    top: pageSize,
    ...(view.order.length ? { order: view.order } : {}),
  }
  // Those with a picture first: they are what one comes to see.
  const pictured = (there: boolean): ListQuery => ({
    ...query,
    where: allOf([asked.where, `${view.image} ${there ? '!=' : '='} null`]) ?? '',
  })
  const found = useInfiniteQuery({
    queryKey: keys.view(dictionary.environment.name, entity.name, 'gallery', query),
    initialPageParam: { pictured: true, link: null } as Following,
    queryFn: ({ pageParam, signal }) =>
      pageParam.link === null
        ? source.list(entity.collection, pictured(pageParam.pictured), { signal })
        : source.next(pageParam.link, { signal }),
    getNextPageParam: (page: Page, _pages: Page[], last: Following): Following | null => {
      const link = page['@odata.nextLink']
      if (link) return { pictured: last.pictured, link }
      return last.pictured ? { pictured: false, link: null } : null
    },
    placeholderData: keepPreviousData,
  })
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found
  // The next page is asked for when the end comes near: talking to the outside.
  useEffect(() => {
    if (!end.current || !hasNextPage || isFetchingNextPage) return
    const watch = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void fetchNextPage()
      },
      { rootMargin: '600px' },
    )
    watch.observe(end.current)
    return () => watch.disconnect()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const records = found.data?.pages.flatMap((page) => page.value) ?? []
  if (found.error) return <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />
  return (
    <div className={styles.frame} data-outdated={found.isPlaceholderData || undefined}>
      {found.isPending && (
        <Late label={t('list.loading')}>
          <Bar width="60%" />
        </Late>
      )}
      {!found.isPending && !hasNextPage && records.length === 0 && (
        <EmptyMessage icon="photo" title={t('list.emptyFiltered.title')} hint={t('list.emptyFiltered.hint')} />
      )}
      <ul className={styles.grid}>
        {records.map((record) => (
          <Picture key={record.id} record={record} entity={entity} image={view.image} look={look} />
        ))}
      </ul>
      <div ref={end}>
        {hasNextPage && (
          <Button variant="subtle" onClick={() => void fetchNextPage()} loading={isFetchingNextPage}>
            {t('list.loadingMore')}
          </Button>
        )}
      </div>
    </div>
  )
}

function Picture({ record, entity, image, look }: { record: RecordData; entity: Entity; image: string; look: Look }) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const title = titleOf(record) || t('list.unnamed')
  const file = record[image] as FileValue | null | undefined
  return (
    <li className={styles.card} style={{ '--mark': look.colour(record) ?? 'transparent' } as CSSProperties}>
      <span className={styles.picture}>
        {file ? (
          <img
            src={source.fileUrl(entity.collection, record.id, image, file.hash)}
            alt=""
            loading="lazy"
            decoding="async"
          />
        ) : (
          <span className={styles.none} title={t('view.noPicture')}>
            <b aria-hidden="true">{initialsOf(title)}</b>
            <Icon name={entity.icon ?? 'photo'} size={18} />
          </span>
        )}
      </span>
      <span className={styles.words}>
        <Link
          to="/e/$env/$collection/$id"
          params={{ env: dictionary.environment.name, collection: entity.collection, id: record.id }}
          className={styles.link}
        >
          {title}
        </Link>
        <span className={styles.beside}>
          <LookValues look={look} record={record} entity={entity} />
        </span>
      </span>
    </li>
  )
}
