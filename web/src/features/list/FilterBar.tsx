import { Button, Popover, UnstyledButton } from '@mantine/core'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity } from '../../api/types'
import { patiently } from '../../app/patiently'
import { type Condition, type FieldCondition, isField, textOf } from '../../conditions/conditions'
import { useSurroundings } from '../../dictionary/context'
import type { FilterValue } from '../../fields/types'
import { Icon } from '../../icons/Icon'
import { type Column, conditionColumnOf } from '../../table/columns'
import { FieldChooser, isComplete } from './FieldFilter'
import styles from './FilterBar.module.css'
import type { ListSearch } from './search'

// Groups of conditions are for the few lists that need them.
const FilterBuilder = lazy(() => patiently(() => import('../../conditions/FilterBuilder')))

interface Props {
  entity: Entity
  search: ListSearch
  onChange(next: Partial<ListSearch>): void
}

/** What narrows the list: quick filters as they come with it, filters on any field, and whatever the builder made. */
export function FilterBar({ entity, search, onChange }: Props) {
  const { t } = useTranslation()
  const { label } = useSurroundings()
  const [building, setBuilding] = useState(false)
  const filters = search.f ?? []
  const quick = search.quick ?? []
  const put = (position: number, condition: Condition) =>
    onChange({ f: filters.map((filter, index) => (index === position ? condition : filter)) })
  const remove = (position: number) => onChange({ f: filters.filter((_, index) => index !== position) })
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
      {filters.map((filter, position) =>
        isField(filter) ? (
          <FieldChip
            // biome-ignore lint/suspicious/noArrayIndexKey: the same field may be filtered twice; the place is what tells them apart
            key={`${filter.p} ${position}`}
            entity={entity}
            filter={filter}
            onChange={(value) => put(position, { p: filter.p, v: value })}
            onRemove={() => remove(position)}
          />
        ) : (
          <BuiltChip
            // biome-ignore lint/suspicious/noArrayIndexKey: groups have no name; the place is what tells them apart
            key={position}
            entity={entity}
            condition={filter}
            onOpen={() => setBuilding(true)}
            onRemove={() => remove(position)}
          />
        ),
      )}
      <AddFilter
        entity={entity}
        onAdd={(filter) => onChange({ f: [...filters, filter] })}
        onBuild={() => setBuilding(true)}
      />
      {(filters.length > 0 || quick.length > 0) && (
        <Button variant="subtle" onClick={() => onChange({ f: undefined, quick: undefined })}>
          {t('list.clearFilters')}
        </Button>
      )}
      {building && (
        <Suspense fallback={null}>
          <FilterBuilder
            entity={entity}
            conditions={filters}
            onApply={(f) => {
              setBuilding(false)
              onChange({ f })
            }}
            onClose={() => setBuilding(false)}
          />
        </Suspense>
      )}
    </div>
  )
}

function FieldChip(props: {
  entity: Entity
  filter: FieldCondition
  onChange(value: FilterValue): void
  onRemove(): void
}) {
  const { entity, filter, onChange, onRemove } = props
  const { t } = useTranslation()
  const around = useSurroundings()
  const column = conditionColumnOf(around, entity, filter.p)
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
      <RemoveChip name={name} onRemove={onRemove} />
    </span>
  )
}

function BuiltChip(props: { entity: Entity; condition: Condition; onOpen(): void; onRemove(): void }) {
  const around = useSurroundings()
  const words = textOf(around, props.entity, props.condition)
  return (
    <span className={styles.chip} title={words}>
      <UnstyledButton className={styles.chipWords} onClick={props.onOpen}>
        {words}
      </UnstyledButton>
      <RemoveChip name={words} onRemove={props.onRemove} />
    </span>
  )
}

function RemoveChip({ name, onRemove }: { name: string; onRemove(): void }) {
  const { t } = useTranslation()
  return (
    <button
      type="button"
      className={styles.chipRemove}
      aria-label={t('list.removeFilter', { name })}
      onClick={onRemove}
    >
      <Icon name="x" size={14} />
    </button>
  )
}

function AddFilter(props: { entity: Entity; onAdd(filter: FieldCondition): void; onBuild(): void }) {
  const { entity, onAdd, onBuild } = props
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const [column, setColumn] = useState<Column | null>(null)
  const close = () => {
    setOpen(false)
    setColumn(null)
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
        <FieldChooser entity={entity} onChoose={setColumn}>
          <UnstyledButton
            className={styles.build}
            onClick={() => {
              close()
              onBuild()
            }}
          >
            <Icon name="list-tree" size={16} />
            {t('conditions.build')}
          </UnstyledButton>
        </FieldChooser>
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
  const around = useSurroundings()
  const [draft, setDraft] = useState<FilterValue | null>(null)
  const filter = column?.ui.filter
  const edited = draft ?? value ?? filter?.first ?? null
  const complete = column !== null && isComplete(around, column, edited)
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
