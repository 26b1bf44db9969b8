import { UnstyledButton } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import type { PointerEvent, UIEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { ListQuery } from '../../api/source'
import type { Entity, ListValue, Page, RecordData } from '../../api/types'
import { allOf, quoted } from '../../api/where'
import { useSurroundings } from '../../dictionary/context'
import { decimal } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Tag } from '../../ui/Tag'
import type { Asked, ViewProps } from '../kinds'
import type { Look } from '../look'
import styles from './BoardColumn.module.css'
import { Card, type Way } from './Card'
import type { Move } from './moves'
import type { ColumnFigures } from './useFigures'

/** Cards read at a time. */
const pageSize = 30

interface Props {
  entity: Entity
  view: ViewProps<'board'>['view']
  column: ViewProps<'board'>['view']['columns'][number]
  value: ListValue | undefined
  name: string
  asked: Asked
  look: Look
  figures: ColumnFigures | null
  folded: boolean
  onFold(): void
  changes: ReadonlyMap<string, string>
  /** How what is being dragged would come here; `null` while nothing is. */
  way: Move['kind'] | null
  over: boolean
  dragged: string | null
  ways: Way[]
  onPress: ((event: PointerEvent, record: RecordData) => void) | undefined
  onMove: ((record: RecordData, tag: string) => void) | undefined
}

/** A column: its head with figures, its cards page after page. */
export function BoardColumn(props: Props) {
  const { entity, view, column, value, name, asked, look, figures, folded, onFold, changes, way, over } = props
  const { t } = useTranslation()
  const { dictionary, source, manner } = useSurroundings()
  const where = allOf([asked.where, `${view.by} = ${quoted(column.tag)}`])
  const query: ListQuery = { ...look.needed, ...asked, top: pageSize, count: true }
  if (where) query.where = where
  if (view.order.length) query.order = view.order
  const found = useInfiniteQuery({
    queryKey: keys.view(dictionary.environment.name, entity.name, 'board', 'column', column.tag, query),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      pageParam === null ? source.list(entity.collection, query, { signal }) : source.next(pageParam, { signal }),
    getNextPageParam: (page: Page) => page['@odata.nextLink'] ?? null,
    placeholderData: keepPreviousData,
    enabled: !folded,
  })
  const cards = found.data?.pages.flatMap((page) => page.value) ?? []
  const first = found.data?.pages[0]
  const count = (first?.['@tisserand.count_capped'] ? undefined : first?.['@odata.count']) ?? figures?.count ?? 0
  const full = column.limit !== null && count > column.limit
  const said =
    column.limit === null ? decimal(count, manner) : `${decimal(count, manner)} / ${decimal(column.limit, manner)}`
  const more = () => {
    if (found.hasNextPage && !found.isFetchingNextPage) void found.fetchNextPage()
  }
  const onScroll = (event: UIEvent<HTMLElement>) => {
    const { scrollTop, clientHeight, scrollHeight } = event.currentTarget
    if (scrollTop + clientHeight > scrollHeight - 400) more()
  }
  const counted = (
    <span className={`${styles.count} figures`} data-full={full || undefined}>
      {full && <Icon name="alert-triangle" size={14} />}
      {said}
      {full && <span className="hidden-text">{t('view.overLimit', { limit: column.limit })}</span>}
    </span>
  )
  return (
    <section
      className={styles.column}
      aria-label={name}
      data-drop={column.tag}
      data-folded={folded || undefined}
      data-way={way ?? undefined}
      data-over={over || undefined}
    >
      <header className={styles.head}>
        <UnstyledButton
          className={styles.fold}
          aria-expanded={!folded}
          onClick={onFold}
          aria-label={t(folded ? 'view.unfold' : 'view.fold', { name })}
          title={t(folded ? 'view.unfold' : 'view.fold', { name })}
        >
          <Icon name={folded ? 'chevron-right' : 'chevron-down'} size={16} />
        </UnstyledButton>
        <h2 className={styles.name}>
          <Tag colour={value?.colour} word={name} />
        </h2>
        {counted}
        {!folded && figures && figures.sums.length > 0 && (
          <dl className={styles.sums}>
            {figures.sums.map((sum) => (
              <div key={sum.name}>
                <dt>{sum.label}</dt>
                <dd className="figures">{sum.text}</dd>
              </div>
            ))}
          </dl>
        )}
      </header>
      {!folded && (
        <div className={styles.cards} data-scroll onScroll={onScroll} tabIndex={cards.length === 0 ? 0 : undefined}>
          {found.error && <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />}
          {found.isPending && (
            <Late label={t('list.loading')}>
              {['70%', '55%', '64%'].map((width) => (
                <div key={width} className={styles.late}>
                  <Bar width={width} />
                </div>
              ))}
            </Late>
          )}
          <ul className={styles.list} data-outdated={found.isPlaceholderData || undefined}>
            {cards.map((record) => (
              <Card
                key={record.id}
                record={record}
                entity={entity}
                look={look}
                ways={props.ways}
                dragged={props.dragged === record.id}
                changedBy={changes.get(record.id)}
                onPress={props.onPress}
                onMove={props.onMove}
              />
            ))}
          </ul>
          {!found.isPending && !found.error && cards.length === 0 && <p className={styles.none}>{t('view.noCard')}</p>}
          {found.hasNextPage && (
            <UnstyledButton className={styles.more} onClick={more} aria-busy={found.isFetchingNextPage}>
              {t('view.moreCards', { count: count - cards.length, shown: decimal(count - cards.length, manner) })}
            </UnstyledButton>
          )}
        </div>
      )}
      {way === 'refused' && over && <p className={styles.refused}>{t('view.notHere')}</p>}
    </section>
  )
}
