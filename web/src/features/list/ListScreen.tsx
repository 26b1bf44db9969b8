import { Button } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import type { Entity } from '../../api/types'
import { patiently } from '../../app/patiently'
import { NotFound } from '../../app/Root'
import { useSurroundings } from '../../dictionary/context'
import { entityOfCollection, fieldOf } from '../../dictionary/model'
import { decimal } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import { Star } from '../../personal/Star'
import { keptColumns } from '../../table/columns'
import { RecordTable } from '../../table/RecordTable'
import { useRows } from '../../table/useRows'
import { useSelection } from '../../table/useSelection'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { useShortcuts } from '../../ui/shortcuts'
import { viewsOf } from '../../views/kinds'
import { useCount } from '../../views/useCount'
import { ViewBody } from '../../views/ViewBody'
import { ViewSwitch } from '../../views/ViewSwitch'
import { lastList, noteList } from '../../visits/lastList'
import { ColumnsMenu } from './ColumnsMenu'
import { ExportMenu } from './ExportMenu'
import { FilterBar } from './FilterBar'
import { ImportLink } from './ImportLink'
import styles from './ListScreen.module.css'
import { SearchField } from './SearchField'
import { SortMenu } from './SortMenu'
import { askedOf, sortAfter, sortTerms, stateWith, through } from './search'
import { useCellSave } from './useCellSave'
import { useGroups } from './useGroups'
import { type ListState, useListState } from './useListState'
import { useTotals } from './useTotals'
import { starOf, ViewsMenu } from './ViewsMenu'

// What most visits to a list do without.
const BulkBar = lazy(() => patiently(() => import('./BulkBar')))
const Preview = lazy(() => patiently(() => import('./Preview')))

export function ListScreen() {
  const { collection } = useParams({ from: '/e/$env/$collection' })
  const { dictionary } = useSurroundings()
  const entity = entityOfCollection(dictionary, collection)
  // Another collection is another list: nothing of the former stays.
  return entity ? <EntityList key={entity.name} entity={entity} /> : <NotFound />
}

function EntityList({ entity }: { entity: Entity }) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const { dictionary, label, manner } = around
  const env = dictionary.environment.name
  const phone = useMediaQuery('(max-width: 767px)', false, { getInitialValueInEffect: false })
  const state = useListState(entity)
  const { search, columns, query, change } = state
  const kind = viewsOf(entity).find((one) => one === search.view) ?? null
  const asked = askedOf(around, entity, search)
  const total = useCount(entity, asked, kind !== null)
  const [shortcutTarget, setShortcutTarget] = useState<HTMLInputElement | null>(null)
  useShortcuts({ '/': () => shortcutTarget?.focus() })
  // Where the record screen finds its neighbours and the way back. Written after drawing: another screen reads it.
  useEffect(() => noteList(env, entity.name, { query, search }))
  const [listed, setListed] = useState<{ count: number | null; capped: boolean }>({ count: null, capped: false })
  const found = kind === null ? listed : total
  const count = found.count === null ? null : decimal(found.count, manner)
  const shown = count !== null && found.capped ? t('list.capped', { shown: count }) : count
  const words = count === null ? '' : t('list.count', { count: found.count ?? 0, shown })
  return (
    <div className={styles.screen}>
      <header className={styles.head}>
        <h1>{label(entity.plural)}</h1>
        <ViewsMenu state={state} />
        <span className={styles.star}>
          <Star {...starOf(state, label(entity.plural))} />
        </span>
        <span className={`${styles.count} figures`} aria-live="polite">
          {/* A phone has room for the figure only. */}
          {phone ? (
            <>
              <span aria-hidden="true">{shown}</span>
              <span className="hidden-text">{words}</span>
            </>
          ) : (
            words
          )}
        </span>
        <ViewSwitch entity={entity} shown={kind} />
        {entity.can.import && <ImportLink entity={entity} />}
        {entity.can.create && (
          <Button
            component={Link}
            to={`/e/${env}/${entity.collection}/new` as '/'}
            className={styles.new}
            leftSection={<Icon name="plus" size={16} />}
          >
            {t('list.new')}
          </Button>
        )}
      </header>
      <div className={styles.tools}>
        {(entity.searchable || fieldOf(entity, 'code')) && (
          <SearchField
            value={search.q ?? ''}
            onChange={(q) => change({ q: q || undefined }, true)}
            register={setShortcutTarget}
            phone={phone}
          />
        )}
        <FilterBar entity={entity} search={search} onChange={change} />
        <div className={styles.menus}>
          {kind === null && (
            <SortMenu entity={entity} search={search} columns={columns} onChange={(next) => change(next, true)} />
          )}
          {!phone && kind === null && <ColumnsMenu entity={entity} columns={columns} onChange={state.setColumns} />}
          {entity.can.export && (
            <ExportMenu
              entity={entity}
              query={query}
              columns={columns}
              name={state.view?.name ?? label(entity.plural)}
            />
          )}
        </div>
      </div>
      {kind ? (
        <ViewBody
          key={kind}
          kind={kind}
          entity={entity}
          asked={asked}
          conditions={search.f ?? []}
          onConditions={(f) => change({ f }, true)}
          through={(more) => through(search, more)}
          state={search.at ?? {}}
          onState={(next, push = false) => change({ at: stateWith(search.at, next) }, !push)}
        />
      ) : (
        <ListBody entity={entity} state={state} phone={phone} onCount={setListed} />
      )}
    </div>
  )
}

interface BodyProps {
  entity: Entity
  state: ListState
  phone: boolean
  /** Said above the list, which is drawn before it. */
  onCount(found: { count: number | null; capped: boolean }): void
}

/** The rows, what is done with them, and the one that is looked at. */
function ListBody({ entity, state, phone, onCount }: BodyProps) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const env = dictionary.environment.name
  const client = useQueryClient()
  const { search, columns, query, grouping, change } = state
  const { grouped, where } = useGroups(entity, grouping, query, columns)
  const { where: _where, ...others } = query
  const rows = useRows(entity, where ? { ...others, where } : others, !state.waiting)
  const selection = useSelection(rows.rows)
  const save = useCellSave(entity)
  const foot = useTotals(entity, query, columns, search, change)
  // Once there it stays: what was done can be taken back when nothing is chosen any more.
  const [acted, setActed] = useState(false)
  if (!acted && (selection.ids.size > 0 || selection.everything)) setActed(true)
  const news = useQuery({ queryKey: keys.news(env, entity.name), queryFn: () => 0, enabled: false, initialData: 0 })
  const before = lastList(env, entity.name)
  const takeIn = () => {
    client.setQueryData(keys.news(env, entity.name), 0)
    void client.resetQueries({ queryKey: keys.lists(env, entity.name) })
  }
  useShortcuts({ r: takeIn, Escape: selection.ids.size || selection.everything ? selection.clear : undefined })
  // Of a grouped list the groups know better: closed ones are not among its rows.
  const whole = grouped ? grouped.groups.reduce((sum, group) => sum + group.count, 0) : rows.count
  const capped = !grouped && rows.capped
  // biome-ignore lint/correctness/useExhaustiveDependencies: the screen's own setter, which never changes
  useEffect(() => onCount({ count: whole, capped }), [whole, capped])

  const resize = (path: string, width: number) =>
    state.setColumns(keptColumns(columns).map((one) => (one.path === path ? { ...one, width } : one)))
  const empty = !rows.loading && !rows.outdated && !rows.problem && rows.rows.length === 0 && !grouped?.groups.length
  const editing = {
    may: (column: (typeof columns)[number]) =>
      entity.can.update &&
      !column.field.read_only &&
      column.resolved.through.length === 0 &&
      column.resolved.part === null &&
      column.resolved.field.type !== 'computed' &&
      !column.field.system &&
      column.ui.inCell &&
      column.path !== entity.states?.field,
    save: (...given: Parameters<typeof save>) => void save(...given),
  }
  return (
    <>
      {news.data > 0 && (
        <button type="button" className={styles.news} onClick={takeIn}>
          <Icon name="refresh" size={16} />
          {t('list.newcomers', { count: news.data })}
        </button>
      )}
      {rows.problem && (
        <div className={styles.problem}>
          <ProblemNotice problem={rows.problem} retry={rows.again} />
        </div>
      )}
      {empty ? (
        <EmptyList entity={entity} state={state} />
      ) : (
        !(rows.problem && rows.rows.length === 0) && (
          <div className={styles.body}>
            <RecordTable
              entity={entity}
              columns={columns}
              rows={rows}
              sort={sortTerms(search.sort ?? entity.order[0])}
              onSort={(path, adding) =>
                change({ sort: sortAfter(search.sort ?? entity.order[0], path, adding) || undefined }, true)
              }
              onResize={resize}
              label={label(entity.plural)}
              startAt={search.show ?? before?.opened}
              selection={phone || !(entity.can.update || entity.can.delete) ? undefined : selection}
              editing={editing}
              grouped={grouped}
              shown={phone ? undefined : search.show}
              onShow={phone ? undefined : (show) => change({ show }, true)}
              // One record adds up to itself.
              foot={rows.rows.length > 1 ? foot : undefined}
            />
            {search.show && !phone && (
              <Suspense fallback={null}>
                <Preview entity={entity} id={search.show} onClose={() => change({ show: undefined }, true)} />
              </Suspense>
            )}
          </div>
        )
      )}
      {acted && (
        <Suspense fallback={null}>
          <BulkBar entity={entity} query={query} rows={rows} selection={selection} />
        </Suspense>
      )}
    </>
  )
}

/** Why there are no rows, and what to do about it. */
function EmptyList({ entity, state }: { entity: Entity; state: ListState }) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const { search, change } = state
  const filtered = Boolean(search.q || search.f?.length || search.quick?.length)
  return (
    <div className={styles.nothing}>
      {filtered ? (
        <EmptyMessage icon="filter" title={t('list.emptyFiltered.title')} hint={t('list.emptyFiltered.hint')}>
          <Button variant="default" onClick={() => change({ q: undefined, f: undefined, quick: undefined })}>
            {t('list.clearFilters')}
          </Button>
        </EmptyMessage>
      ) : (
        <EmptyMessage icon={entity.icon ?? 'inbox'} title={t('list.empty.title')} hint={t('list.empty.hint')}>
          {entity.can.create && (
            <Button component={Link} to={`/e/${dictionary.environment.name}/${entity.collection}/new` as '/'}>
              {t('record.newTitle', { what: label(entity.label) })}
            </Button>
          )}
        </EmptyMessage>
      )}
    </div>
  )
}
