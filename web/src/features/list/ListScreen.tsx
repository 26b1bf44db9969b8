import { Button, CloseButton, TextInput } from '@mantine/core'
import { readLocalStorageValue, useDebouncedCallback, useMediaQuery } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import type { Entity } from '../../api/types'
import { NotFound } from '../../app/Root'
import { useSurroundings } from '../../dictionary/context'
import { entityOfCollection, fieldOf } from '../../dictionary/model'
import { decimal } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import { parseColumns, writeColumns } from '../../table/columns'
import { RecordTable } from '../../table/RecordTable'
import { useRows } from '../../table/useRows'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { useShortcuts } from '../../ui/shortcuts'
import { viewsOf } from '../../views/kinds'
import { useCount } from '../../views/useCount'
import { ViewBody } from '../../views/ViewBody'
import { ViewSwitch } from '../../views/ViewSwitch'
import { lastList, noteList } from '../../visits/lastList'
import { ColumnsMenu } from './ColumnsMenu'
import { FilterBar } from './FilterBar'
import styles from './ListScreen.module.css'
import { askedOf, type ListSearch, listColumns, listQueryOf, stateWith } from './search'

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
  const search = useSearch({ from: '/e/$env/$collection' })
  const navigate = useNavigate({ from: '/e/$env/$collection' })
  const client = useQueryClient()
  const phone = useMediaQuery('(max-width: 767px)', false, { getInitialValueInEffect: false })
  const columnsKey = `tisserand.columns ${env} ${entity.name}`
  const [keptColumns, setKeptColumns] = useState(() => readLocalStorageValue<string | undefined>({ key: columnsKey }))
  const columns = listColumns(around, entity, search, keptColumns)
  const query = listQueryOf(around, entity, search, columns)
  const view = viewsOf(entity).find((kind) => kind === search.view) ?? null
  const asked = askedOf(around, entity, search)
  const rows = useRows(entity, query, view === null)
  const total = useCount(entity, asked, view !== null)
  const news = useQuery({ queryKey: keys.news(env, entity.name), queryFn: () => 0, enabled: false, initialData: 0 })
  const before = lastList(env, entity.name)

  // Where the record screen finds its neighbours and the way back. Written after drawing: another screen reads it.
  useEffect(() => noteList(env, entity.name, { query, search }))

  const change = (next: Partial<ListSearch>, replace = false) => {
    const merged = Object.fromEntries(
      Object.entries({ ...search, ...next }).filter(
        ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
      ),
    ) as ListSearch
    void navigate({ search: merged, replace })
  }
  const setColumns = (next: { path: string; width?: number | null }[] | null) => {
    const text = next ? writeColumns(next) : undefined
    setKeptColumns(text)
    if (text) localStorage.setItem(columnsKey, JSON.stringify(text))
    else localStorage.removeItem(columnsKey)
    change({ cols: text }, true)
  }
  const current = () =>
    (parseColumns(search.cols) ?? parseColumns(keptColumns) ?? columns).filter(({ path }) =>
      columns.some((column) => column.path === path),
    )
  const resize = (path: string, width: number) =>
    setColumns(current().map((column) => (column.path === path ? { path, width } : column)))
  const takeIn = () => {
    client.setQueryData(keys.news(env, entity.name), 0)
    void client.resetQueries({ queryKey: keys.lists(env, entity.name) })
  }
  const [shortcutTarget, setShortcutTarget] = useState<HTMLInputElement | null>(null)
  useShortcuts({ '/': () => shortcutTarget?.focus(), r: takeIn })

  const filtered = Boolean(search.q || search.f?.length || search.quick?.length)
  const found = view === null ? rows : total
  const count = found.count === null ? null : decimal(found.count, manner)
  const words =
    count === null
      ? ''
      : t('list.count', { count: found.count ?? 0, shown: found.capped ? t('list.capped', { shown: count }) : count })
  return (
    <div className={styles.screen}>
      <header className={styles.head}>
        <h1>{label(entity.plural)}</h1>
        <span className={`${styles.count} figures`} aria-live="polite">
          {words}
        </span>
        <ViewSwitch entity={entity} shown={view} />
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
        {!phone && view === null && <ColumnsMenu entity={entity} columns={columns} onChange={setColumns} />}
      </div>
      {view === null && news.data > 0 && (
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
      {view ? (
        <ViewBody
          key={view}
          kind={view}
          entity={entity}
          asked={asked}
          state={search.at ?? {}}
          onState={(next, push = false) => change({ at: stateWith(search.at, next) }, !push)}
        />
      ) : !rows.loading && !rows.outdated && !rows.problem && rows.rows.length === 0 ? (
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
                <Button component={Link} to={`/e/${env}/${entity.collection}/new` as '/'}>
                  {t('record.newTitle', { what: label(entity.label) })}
                </Button>
              )}
            </EmptyMessage>
          )}
        </div>
      ) : (
        !(rows.problem && rows.rows.length === 0) && (
          <RecordTable
            entity={entity}
            columns={columns}
            rows={rows}
            sort={search.sort ?? entity.order[0]}
            onSort={(sort) => change({ sort }, true)}
            onResize={resize}
            label={label(entity.plural)}
            startAt={before?.opened}
          />
        )
      )}
    </div>
  )
}

function SearchField(props: {
  value: string
  onChange(text: string): void
  register(input: HTMLInputElement | null): void
  phone: boolean
}) {
  const { value, onChange, register, phone } = props
  const { t } = useTranslation()
  const [typed, setTyped] = useState<string | null>(null)
  const send = useDebouncedCallback(onChange, 220)
  const shown = typed ?? value
  return (
    <TextInput
      ref={register}
      className={styles.search}
      type="search"
      role="searchbox"
      aria-label={t('list.search')}
      placeholder={t(phone ? 'list.searchShort' : 'list.search')}
      value={shown}
      leftSection={<Icon name="search" size={16} />}
      rightSection={
        shown ? (
          <CloseButton
            size="sm"
            aria-label={t('list.clearSearch')}
            onClick={() => {
              setTyped(null)
              onChange('')
            }}
          />
        ) : null
      }
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        send(event.currentTarget.value)
      }}
      onBlur={() => {
        send.flush()
        setTyped(null)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChange(event.currentTarget.value)
        if (event.key === 'Escape') {
          event.preventDefault()
          setTyped(null)
          onChange('')
          event.currentTarget.blur()
        }
      }}
    />
  )
}
