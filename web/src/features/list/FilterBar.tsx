import { Button, Popover, TextInput, UnstyledButton } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import type { FilterValue } from '../../fields/types'
import { fold } from '../../format/fold'
import { Icon } from '../../icons/Icon'
import { type Column, columnOf, offeredPaths } from '../../table/columns'
import styles from './FilterBar.module.css'
import type { ListFilter, ListSearch } from './search'

interface Props {
  entity: Entity
  search: ListSearch
  onChange(next: Partial<ListSearch>): void
}

/** What narrows the list: quick filters as they come with it, and filters on any field. */
export function FilterBar({ entity, search, onChange }: Props) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const { label } = around
  const filters = search.f ?? []
  const quick = search.quick ?? []
  const put = (position: number, value: FilterValue) =>
    onChange({ f: filters.map((filter, index) => (index === position ? { ...filter, v: value } : filter)) })
  return (
    <div className={styles.bar}>
      {entity.list.filters.map((filter) => {
        const on = quick.includes(filter.name)
        return (
          <UnstyledButton
            key={filter.name}
            className={styles.quick}
            aria-pressed={on}
            onClick={() =>
              onChange({ quick: on ? quick.filter((name) => name !== filter.name) : [...quick, filter.name] })
            }
          >
            {on && <Icon name="check" size={14} />}
            {label(filter.label)}
          </UnstyledButton>
        )
      })}
      {filters.map((filter, position) => (
        <FilterChip
          // biome-ignore lint/suspicious/noArrayIndexKey: the same field may be filtered twice; the place is what tells them apart
          key={`${filter.p} ${position}`}
          entity={entity}
          filter={filter}
          onChange={(value) => put(position, value)}
          onRemove={() => onChange({ f: filters.filter((_, index) => index !== position) })}
        />
      ))}
      <AddFilter entity={entity} onAdd={(filter) => onChange({ f: [...filters, filter] })} />
      {(filters.length > 0 || quick.length > 0) && (
        <Button variant="subtle" onClick={() => onChange({ f: undefined, quick: undefined })}>
          {t('list.clearFilters')}
        </Button>
      )}
    </div>
  )
}

function FilterChip(props: {
  entity: Entity
  filter: ListFilter
  onChange(value: FilterValue): void
  onRemove(): void
}) {
  const { entity, filter, onChange, onRemove } = props
  const { t } = useTranslation()
  const around = useSurroundings()
  const column = columnOf(around, entity, filter.p)
  const [open, setOpen] = useState(false)
  const name = column?.label ?? t('list.unknownColumn')
  const words = column?.ui.filter?.text(filter.v, column.field, around) ?? ''
  return (
    <span className={styles.chip}>
      <FilterPopover column={column} value={filter.v} onChange={onChange} opened={open} setOpened={setOpen}>
        <UnstyledButton className={styles.chipWords} onClick={() => setOpen(!open)}>
          <span className={styles.chipName}>{name}</span> {words}
        </UnstyledButton>
      </FilterPopover>
      <button
        type="button"
        className={styles.chipRemove}
        aria-label={t('list.removeFilter', { name })}
        onClick={onRemove}
      >
        <Icon name="x" size={14} />
      </button>
    </span>
  )
}

function AddFilter({ entity, onAdd }: { entity: Entity; onAdd(filter: ListFilter): void }) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const [open, setOpen] = useState(false)
  const [column, setColumn] = useState<Column | null>(null)
  const [typed, setTyped] = useState('')
  const offered = offeredPaths(entity)
    .map((path) => columnOf(around, entity, path))
    .filter((found): found is Column => found?.ui.filter != null && found.field.type !== 'address')
    .filter((found) => fold(found.label).includes(fold(typed.trim())))
  const close = () => {
    setOpen(false)
    setColumn(null)
    setTyped('')
  }
  return (
    <FilterPopover
      column={column}
      value={null}
      opened={open}
      setOpened={(next) => (next ? setOpen(true) : close())}
      onChange={(value) => {
        if (column) onAdd({ p: column.path, v: value })
      }}
      chooser={
        <div className={styles.chooser}>
          <TextInput
            data-autofocus
            aria-label={t('list.filterSearch')}
            placeholder={t('list.filterSearch')}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && offered[0]) setColumn(offered[0])
            }}
          />
          <ul className={styles.offered} aria-label={t('list.filterOn')}>
            {offered.map((found) => (
              <li key={found.path}>
                <UnstyledButton className={styles.offer} onClick={() => setColumn(found)}>
                  {found.label}
                </UnstyledButton>
              </li>
            ))}
            {offered.length === 0 && <li className={styles.none}>{t('fields.nothingFound')}</li>}
          </ul>
        </div>
      }
    >
      <Button
        variant="subtle"
        leftSection={<Icon name="filter" size={16} />}
        onClick={() => (open ? close() : setOpen(true))}
      >
        {t('list.addFilter')}
      </Button>
    </FilterPopover>
  )
}

interface PopoverProps {
  column: Column | null
  value: FilterValue | null
  onChange(value: FilterValue): void
  opened: boolean
  setOpened(opened: boolean): void
  /** Shown while there is no field yet. */
  chooser?: ReactNode
  children: ReactNode
}

function FilterPopover({ column, value, onChange, opened, setOpened, chooser, children }: PopoverProps) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState<FilterValue | null>(null)
  const filter = column?.ui.filter
  const edited = draft ?? value ?? filter?.first ?? null
  const complete = column && filter && edited && filter.where(column.path, edited, column.field) !== null
  const close = () => {
    setDraft(null)
    setOpened(false)
  }
  return (
    <Popover
      opened={opened}
      onChange={(next) => (next ? setOpened(true) : close())}
      position="bottom-start"
      width={300}
      trapFocus
      returnFocus
      closeOnClickOutside
    >
      <Popover.Target>{children}</Popover.Target>
      <Popover.Dropdown aria-label={column?.label ?? t('list.filterOn')}>
        {column && filter && edited ? (
          <form
            className={styles.editor}
            onSubmit={(event) => {
              event.preventDefault()
              if (!complete) return
              onChange(edited)
              close()
            }}
          >
            <p className={styles.editorName}>{column.label}</p>
            <filter.Editor field={column.field} path={column.path} value={edited} onChange={setDraft} />
            <Button type="submit" disabled={!complete}>
              {t('list.apply')}
            </Button>
          </form>
        ) : (
          chooser
        )}
      </Popover.Dropdown>
    </Popover>
  )
}
