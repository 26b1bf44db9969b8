import { Button, Modal, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity } from '../api/types'
import { allOf } from '../api/where'
import { type Surroundings, useSurroundings } from '../dictionary/context'
import { fieldOf } from '../dictionary/model'
import { decimal } from '../format/numbers'
import { Icon } from '../icons/Icon'
import { type Column, conditionColumnOf, throughMax } from '../table/columns'
import { IconAction } from '../ui/IconAction'
import {
  type Condition,
  deepest,
  type GroupKind,
  group,
  groupKinds,
  groupOf,
  isField,
  relatedOf,
  relatives,
  sentence,
  textOf,
  whereOf,
} from './conditions'
import styles from './FilterBuilder.module.css'
import { filterable } from './filterable'

interface Props {
  entity: Entity
  conditions: Condition[]
  /** What it is about, where that is not a list. */
  title?: string
  onApply(conditions: Condition[]): void
  onClose(): void
}

/** Conditions joined by and, or, none, inside each other, about the record and about those that refer to it. */
export default function FilterBuilder({ entity, conditions, title, onApply, onClose }: Props) {
  const { t } = useTranslation()
  const around = useSurroundings()
  // One group that holds everything is how a list keeps anything but "all of these".
  const only = conditions.length === 1 && conditions[0] ? groupOf(conditions[0]) : null
  const [kind, setKind] = useState<GroupKind>(only?.kind ?? 'all')
  const [of, setOf] = useState<Condition[]>(only?.of ?? conditions)
  const wholes = of.filter((one) => whereOf(around, entity, one) !== null)
  const made: Condition[] = kind === 'all' ? wholes : wholes.length ? [group(kind, wholes)] : []
  return (
    <Modal
      opened
      onClose={onClose}
      size={720}
      title={title ?? t('conditions.title')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        className={styles.builder}
        onSubmit={(event) => {
          event.preventDefault()
          onApply(made)
        }}
      >
        <Group entity={entity} kind={kind} of={of} depth={0} onKind={setKind} onChange={setOf} />
        <footer className={styles.foot}>
          <p className={styles.sentence} aria-live="polite">
            {wholes.length ? sentence(around, entity, wholes, kind) : t('conditions.everything')}
          </p>
          {/* What is kept for others leaves them other records than whoever writes it. */}
          {around.kept ? <span /> : <Found entity={entity} conditions={made} />}
          <span className={styles.buttons}>
            <Button variant="default" onClick={onClose}>
              {t('record.cancel')}
            </Button>
            <Button type="submit">{t('list.apply')}</Button>
          </span>
        </footer>
      </form>
    </Modal>
  )
}

/** How many records the conditions leave, as they are being made. */
function Found({ entity, conditions }: { entity: Entity; conditions: Condition[] }) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const { source, dictionary, manner } = around
  const where = allOf(conditions.map((one) => whereOf(around, entity, one))) ?? undefined
  const found = useQuery({
    queryKey: ['count', dictionary.environment.name, entity.name, where ?? ''],
    queryFn: ({ signal }) =>
      source.list(entity.collection, { select: ['id'], top: 1, count: true, ...(where ? { where } : {}) }, { signal }),
    placeholderData: (before) => before,
    retry: false,
  })
  const count = found.data?.['@odata.count']
  if (count === undefined) return <span />
  const shown = decimal(count, manner)
  return (
    <span className="quiet figures">
      {t('list.count', { count, shown: found.data?.['@tisserand.count_capped'] ? t('list.capped', { shown }) : shown })}
    </span>
  )
}

interface GroupProps {
  entity: Entity
  kind: GroupKind
  of: Condition[]
  depth: number
  onKind(kind: GroupKind): void
  onChange(of: Condition[]): void
}

function Group({ entity, kind, of, depth, onKind, onChange }: GroupProps) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const put = (position: number, next: Condition) => onChange(of.map((one, index) => (index === position ? next : one)))
  const fields = filterable(around, entity)
  const first = fields[0]
  const related = depth < deepest - 1 ? relatives(around, entity) : []
  return (
    <fieldset className={styles.group} data-depth={depth}>
      <legend className="hidden-text">{t('conditions.group')}</legend>
      <NativeSelect
        className={styles.kind}
        aria-label={t('conditions.kind')}
        value={kind}
        data={groupKinds.map((name) => ({ value: name, label: t(`conditions.kinds.${name}`) }))}
        onChange={(event) => onKind(event.currentTarget.value as GroupKind)}
      />
      <ul className={styles.conditions}>
        {of.map((one, position) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name; the place is what tells them apart
          <li key={position} className={styles.line}>
            <div className={styles.condition}>
              <One entity={entity} condition={one} depth={depth} onChange={(next) => put(position, next)} />
            </div>
            <IconAction
              icon="x"
              size={28}
              label={t('conditions.remove')}
              onClick={() => onChange(of.filter((_, index) => index !== position))}
            />
          </li>
        ))}
      </ul>
      <div className={styles.adds}>
        {first && (
          <Button
            size="xs"
            variant="subtle"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => onChange([...of, { p: first.path, v: first.ui.filter?.first ?? { o: 'filled' } }])}
          >
            {t('conditions.add')}
          </Button>
        )}
        {depth < deepest - 1 && (
          <Button
            size="xs"
            variant="subtle"
            leftSection={<Icon name="list-tree" size={14} />}
            onClick={() => onChange([...of, group(kind === 'any' ? 'all' : 'any', [])])}
          >
            {t('conditions.addGroup')}
          </Button>
        )}
        {related[0] && (
          <Button
            size="xs"
            variant="subtle"
            leftSection={<Icon name="link" size={14} />}
            onClick={() => onChange([...of, { without: related[0]?.collection ?? '' }])}
          >
            {t('conditions.addRelated')}
          </Button>
        )}
      </div>
    </fieldset>
  )
}

interface OneProps {
  entity: Entity
  condition: Condition
  depth: number
  onChange(next: Condition): void
}

function One({ entity, condition, depth, onChange }: OneProps) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const { label } = around
  if (isField(condition)) {
    const column = conditionColumnOf(around, entity, condition.p)
    const filter = column?.ui.filter
    return (
      <div className={styles.field}>
        <Which
          entity={entity}
          path={condition.p}
          onChange={(next) => onChange({ p: next.path, v: next.ui.filter?.first ?? { o: 'filled' } })}
        />
        {column && filter && (
          <div className={styles.value}>
            <filter.Editor
              key={condition.p}
              field={column.field}
              path={column.path}
              value={condition.v}
              onChange={(v) => onChange({ p: condition.p, v })}
            />
          </div>
        )}
      </div>
    )
  }
  // What the dictionary wrote is taken or left, not edited.
  if ('named' in condition) return <p className={styles.named}>{textOf(around, entity, condition)}</p>
  const known = groupOf(condition)
  if (known)
    return (
      <Group
        entity={entity}
        kind={known.kind}
        of={known.of}
        depth={depth + 1}
        onKind={(kind) => onChange(group(kind, known.of))}
        onChange={(of) => onChange(group(known.kind, of))}
      />
    )
  const related = relatedOf(condition)
  if (!related) return null
  const others = relatives(around, entity)
  const other = others.find((one) => one.collection === related.collection)
  const put = (wanted: boolean, collection: string, f: Condition[]) =>
    onChange(wanted ? { with: collection, f } : { without: collection, f })
  const inner = related.f.length === 1 && related.f[0] ? groupOf(related.f[0]) : null
  const kind = inner?.kind ?? 'all'
  const of = inner?.of ?? related.f
  const putInner = (nextKind: GroupKind, next: Condition[]) =>
    put(related.wanted, related.collection, nextKind === 'all' ? next : [group(nextKind, next)])
  return (
    <div className={styles.related}>
      <div className={styles.pair}>
        <NativeSelect
          aria-label={t('conditions.whether')}
          value={related.wanted ? 'with' : 'without'}
          data={[
            { value: 'without', label: t('conditions.hasNone') },
            { value: 'with', label: t('conditions.has') },
          ]}
          onChange={(event) => put(event.currentTarget.value === 'with', related.collection, related.f)}
        />
        <NativeSelect
          aria-label={t('conditions.records')}
          value={related.collection}
          data={others.map((one) => ({ value: one.collection, label: label(one.label) }))}
          onChange={(event) => put(related.wanted, event.currentTarget.value, [])}
        />
      </div>
      {other && (
        <Group
          key={other.name}
          entity={other}
          kind={kind}
          of={of}
          depth={depth + 1}
          onKind={(next) => putInner(next, of)}
          onChange={(next) => putInner(kind, next)}
        />
      )}
    </div>
  )
}

/** The field that a condition is about, step by step through references. */
function Which({ entity, path, onChange }: { entity: Entity; path: string; onChange(next: Column): void }) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const column = conditionColumnOf(around, entity, path)
  const steps = stepsOf(around, entity, path)
  const choose = (before: string, name: string) => {
    const next = conditionColumnOf(around, entity, [before, name].filter(Boolean).join('.'))
    if (next?.ui.filter) onChange(next)
  }
  return (
    <div className={styles.which}>
      {steps.map(({ before, of, name }, depth) => {
        const fields = filterable(around, of).map((one) => ({ value: one.path, label: one.label }))
        const known = name === '' || fields.some((one) => one.value === name)
        const own = { value: name, label: column?.label ?? name }
        return (
          <NativeSelect
            key={before}
            aria-label={t(depth === 0 ? 'conditions.which' : 'conditions.closer', { name: column?.label ?? '' })}
            value={name}
            data={[
              ...(depth > 0 ? [{ value: '', label: t('conditions.itself') }] : []),
              ...(known ? fields : [own, ...fields]),
            ]}
            onChange={(event) => choose(before, event.currentTarget.value)}
          />
        )
      })}
    </div>
  )
}

interface Step {
  /** The path so far, without this step. */
  before: string
  /** Whose fields are chosen from. */
  of: Entity
  /** The field chosen; empty where what was reached is meant itself. */
  name: string
}

/** The steps of a path: one for each reference that it goes through, one for where it ends, one to go on where it ends at a reference. */
function stepsOf(around: Surroundings, entity: Entity, path: string): Step[] {
  const names = path.split('.')
  const steps: Step[] = []
  let of = entity
  let before = ''
  for (const [at, name] of names.entries()) {
    const field = fieldOf(of, name)
    const to =
      field?.type === 'reference' && field.name !== 'id' ? around.dictionary.entities[field.to ?? ''] : undefined
    // A part of an address is chosen with its address.
    if (!to) return [...steps, { before, of, name: names.slice(at).join('.') }]
    steps.push({ before, of, name })
    before = names.slice(0, at + 1).join('.')
    of = to
  }
  return steps.length > throughMax ? steps : [...steps, { before, of, name: '' }]
}
