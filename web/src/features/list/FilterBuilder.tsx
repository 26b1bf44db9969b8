import { Button, Modal, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity } from '../../api/types'
import { allOf } from '../../api/where'
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
} from '../../conditions/conditions'
import { useSurroundings } from '../../dictionary/context'
import { decimal } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import { columnOf } from '../../table/columns'
import { IconAction } from '../../ui/IconAction'
import { filterable } from './FieldFilter'
import styles from './FilterBuilder.module.css'

interface Props {
  entity: Entity
  conditions: Condition[]
  onApply(conditions: Condition[]): void
  onClose(): void
}

/** Conditions joined by and, or, none, inside each other, about the record and about those that refer to it. */
export default function FilterBuilder({ entity, conditions, onApply, onClose }: Props) {
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
      title={t('conditions.title')}
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
          <Found entity={entity} conditions={made} />
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
    const fields = filterable(around, entity)
    const column = columnOf(around, entity, condition.p)
    const filter = column?.ui.filter
    return (
      <div className={styles.field}>
        <NativeSelect
          aria-label={t('conditions.which')}
          value={condition.p}
          data={(column && !fields.some((one) => one.path === column.path) ? [column, ...fields] : fields).map(
            (one) => ({
              value: one.path,
              label: one.label,
            }),
          )}
          onChange={(event) => {
            const next = fields.find((one) => one.path === event.currentTarget.value)
            if (next) onChange({ p: next.path, v: next.ui.filter?.first ?? { o: 'filled' } })
          }}
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
