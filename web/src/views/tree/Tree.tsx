import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { CSSProperties, KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { ListQuery } from '../../api/source'
import type { Entity, RecordData } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { titleOf } from '../../dictionary/model'
import { Icon } from '../../icons/Icon'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { Bar, Late } from '../../ui/Late'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import type { ViewProps } from '../kinds'
import { type Look, useLook } from '../look'
import { forestOf, type Node } from './nodes'
import styles from './Tree.module.css'

/** Records read at most. */
const most = 5000

/** Records beneath the one they belong to. */
export function Tree({ entity, view, asked, state, onState }: ViewProps<'tree'>) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const look = useLook(entity, view, [view.parent])
  const query: ListQuery = { ...look.needed, ...asked, top: 1000, ...(view.order.length ? { order: view.order } : {}) }
  const found = useQuery({
    queryKey: keys.view(dictionary.environment.name, entity.name, 'tree', query),
    queryFn: async ({ signal }) => {
      let page = await source.list(entity.collection, query, { signal })
      const records = [...page.value]
      while (page['@odata.nextLink'] && records.length < most) {
        page = await source.next(page['@odata.nextLink'], { signal, top: 1000 })
        records.push(...page.value)
      }
      return { records, tooMany: page['@odata.nextLink'] !== undefined }
    },
    placeholderData: keepPreviousData,
  })
  const roots = forestOf(found.data?.records ?? [], (record) => parentOf(record, view.parent))
  // Those with something beneath come first: they are what makes it a tree.
  const sorted = [...roots].sort((a, b) => Number(b.children.length > 0) - Number(a.children.length > 0))
  const open = new Set(state.open?.split(',') ?? [])
  const all = state.open === 'all' || (state.open === undefined && (found.data?.records.length ?? 0) <= 200)
  const isOpen = (id: string) => all || open.has(id)
  const toggle = (id: string) => {
    const now = all ? new Set(withChildren(roots)) : open
    if (!now.delete(id)) now.add(id)
    onState({ open: now.size ? [...now].join(',') : 'none' })
  }
  if (found.error) return <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />
  if (found.isPending) {
    return (
      <Late label={t('list.loading')}>
        <Bar width="50%" />
      </Late>
    )
  }
  return (
    <div className={styles.frame} data-outdated={found.isPlaceholderData || undefined}>
      <div className={styles.tools}>
        <Button variant="default" size="compact-md" onClick={() => onState({ open: 'all' })}>
          {t('view.expandAll')}
        </Button>
        <Button variant="default" size="compact-md" onClick={() => onState({ open: 'none' })}>
          {t('view.collapseAll')}
        </Button>
      </div>
      {found.data.tooMany && <Notice tone="warning" title={t('view.tooMany')} hint={t('view.tooManyHint')} />}
      {sorted.length === 0 ? (
        <EmptyMessage icon="list-tree" title={t('list.emptyFiltered.title')} hint={t('list.emptyFiltered.hint')} />
      ) : (
        <ul className={styles.roots}>
          {sorted.map((node) => (
            <Branch
              key={node.record.id}
              node={node}
              depth={0}
              entity={entity}
              look={look}
              isOpen={isOpen}
              onToggle={toggle}
            />
          ))}
        </ul>
      )}
    </div>
  )
}

function Branch(props: {
  node: Node
  depth: number
  entity: Entity
  look: Look
  isOpen(id: string): boolean
  onToggle(id: string): void
}) {
  const { node, depth, entity, look, isOpen, onToggle } = props
  const { t } = useTranslation()
  const { dictionary } = useSurroundings()
  const { record, children } = node
  const name = titleOf(record) || t('list.unnamed')
  const open = children.length > 0 && isOpen(record.id)
  const colour = look.colour(record)
  /** Right unfolds, left folds, as trees do everywhere. */
  const onKeyDown = (event: KeyboardEvent) => {
    const wanted = event.key === 'ArrowRight' ? !open : event.key === 'ArrowLeft' ? open : false
    if (!wanted || children.length === 0) return
    event.preventDefault()
    onToggle(record.id)
  }
  return (
    <li>
      <div className={styles.row} style={{ '--depth': depth } as CSSProperties}>
        {children.length > 0 ? (
          <button
            type="button"
            className={styles.toggle}
            aria-expanded={open}
            aria-label={t(open ? 'view.collapse' : 'view.expand', { name })}
            onClick={() => onToggle(record.id)}
          >
            <Icon name={open ? 'chevron-down' : 'chevron-right'} size={16} />
          </button>
        ) : (
          <span className={styles.toggle} />
        )}
        {colour && <i className={styles.dot} style={{ background: colour }} aria-hidden="true" />}
        <Link
          to="/e/$env/$collection/$id"
          params={{ env: dictionary.environment.name, collection: entity.collection, id: record.id }}
          className={styles.link}
          onKeyDown={onKeyDown}
        >
          {name}
        </Link>
        {node.beneath > 0 && <span className={styles.count}>{t('view.beneath', { count: node.beneath })}</span>}
        <span className={styles.beside}>
          {look.columns.map((column) => {
            const value = column.read(record)
            const shown = value !== null && value !== false
            return (
              <span key={column.path} title={column.label} data-empty={!shown || undefined}>
                {shown && (
                  <column.ui.Cell field={column.field} value={value} record={record} collection={entity.collection} />
                )}
              </span>
            )
          })}
        </span>
      </div>
      {open && (
        <ul>
          {children.map((child) => (
            <Branch {...props} key={child.record.id} node={child} depth={depth + 1} />
          ))}
        </ul>
      )}
    </li>
  )
}

function parentOf(record: RecordData, field: string): string | null {
  const id = record[`${field}_id`]
  if (typeof id === 'string') return id
  const parent = record[field]
  return parent && typeof parent === 'object' && 'id' in parent ? String(parent.id) : null
}

function withChildren(nodes: Node[]): string[] {
  return nodes.flatMap((node) => (node.children.length ? [node.record.id, ...withChildren(node.children)] : []))
}
