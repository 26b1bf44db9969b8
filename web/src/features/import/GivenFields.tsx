import { ActionIcon, Button, Select, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Entity, Import } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { ReferenceRule } from './ColumnOptions'
import styles from './GivenFields.module.css'
import { choicesOf, type Given, overlaps, type Plan, targetField } from './plan'

const combo = { comboboxProps: { transitionProps: { duration: 0 } } }

/** Fields that no column feeds as it is: the same on every row, or composed of several columns. */
export function GivenFields(props: {
  entity: Entity
  job: Import
  plan: Plan
  offered: { value: string; label: string }[]
  onChange(next: Partial<Plan>): void
}) {
  const { entity, job, plan, offered, onChange } = props
  const { t } = useTranslation()
  const { given } = plan
  const set = (position: number, next: Partial<Given>) =>
    onChange({ given: given.map((one, at) => (at === position ? { ...one, ...next } : one)) })
  // A field has one source: who takes it takes it from the other.
  const take = (position: number, path: string | null) => {
    const isFree = (other: string | null) => !path || !other || !overlaps(other, path)
    onChange({
      targets: Object.fromEntries(Object.entries(plan.targets).filter(([, other]) => isFree(other))),
      given: given.flatMap((one, at) => {
        if (at === position) return [{ ...one, path, text: '' }]
        return isFree(one.path) ? [one] : []
      }),
    })
  }
  return (
    <section className={styles.given} aria-labelledby="given-title">
      <h2 id="given-title">{t('import.given.title')}</h2>
      <p className="quiet">{t('import.given.hint')}</p>
      <ul>
        {given.map((one, position) => {
          const field = t('import.given.field', { place: position + 1 })
          const name = offered.find(({ value }) => value === one.path)?.label ?? field
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: until its field is chosen, only its place tells one from another
            <li key={position} className={styles.one}>
              <Select
                {...combo}
                aria-label={field}
                placeholder={t('import.given.choose')}
                data={offered.filter(({ value }) => value !== 'id')}
                value={one.path}
                onChange={(path) => take(position, path)}
                searchable
                allowDeselect={false}
                nothingFoundMessage={t('import.columns.noField')}
              />
              <Select
                {...combo}
                aria-label={t('import.given.from', { name })}
                data={(['same', 'columns'] as const).map((value) => ({ value, label: t(`import.given.${value}`) }))}
                value={one.from}
                onChange={(from) => set(position, { from: from === 'columns' ? 'columns' : 'same', text: '' })}
                allowDeselect={false}
              />
              <GivenText entity={entity} job={job} one={one} name={name} onChange={(text) => set(position, { text })} />
              <ActionIcon
                variant="subtle"
                color="gray"
                size={32}
                aria-label={t('import.given.remove', { name })}
                onClick={() => onChange({ given: given.filter((_, at) => at !== position) })}
              >
                <Icon name="x" size={16} />
              </ActionIcon>
              <GivenRule entity={entity} one={one} plan={plan} onChange={onChange} />
            </li>
          )
        })}
      </ul>
      <Button
        variant="default"
        size="xs"
        leftSection={<Icon name="plus" size={14} />}
        onClick={() => onChange({ given: [...given, { path: null, from: 'same', text: '' }] })}
      >
        {t('import.given.add')}
      </Button>
    </section>
  )
}

/** What the field holds: one of its choices, a text as a file would say it, or a text with columns in it. */
function GivenText(props: { entity: Entity; job: Import; one: Given; name: string; onChange(text: string): void }) {
  const { entity, job, one, name, onChange } = props
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const target = one.path ? targetField(entity, one.path) : null
  const choices = target && !target.part ? choicesOf(dictionary, target.field) : null
  const said = t('import.given.value', { name })
  if (one.from === 'same' && target && choices) {
    const words = target.field.list ? dictionary.lists[target.field.list]?.values : undefined
    return (
      <Select
        {...combo}
        aria-label={said}
        data={choices.map(({ tag }) => ({
          value: tag,
          label: words
            ? label(words.find((value) => value.tag === tag)?.label)
            : t(`import.columns.${tag as 'true' | 'false'}`),
        }))}
        value={one.text || null}
        onChange={(tag) => onChange(tag ?? '')}
        allowDeselect={false}
      />
    )
  }
  if (one.from === 'same') {
    return (
      <TextInput
        aria-label={said}
        placeholder={t('import.given.asInFile')}
        value={one.text}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    )
  }
  const names = job.detected.columns.map((column) => column.name).filter((column) => column && !/[{}|]/.test(column))
  return (
    <div className={styles.composed}>
      <TextInput
        aria-label={said}
        description={t('import.given.filters')}
        inputWrapperOrder={['input', 'description']}
        placeholder={names
          .slice(0, 2)
          .map((column) => `{${column}}`)
          .join(' ')}
        value={one.text}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <div className={styles.columns}>
        {names.map((column) => (
          <button
            key={column}
            type="button"
            aria-label={t('import.given.insert', { column })}
            onClick={() => onChange(`${one.text}${one.text && !/\s$/.test(one.text) ? ' ' : ''}{${column}}`)}
          >
            {column}
          </button>
        ))}
      </div>
    </div>
  )
}

/** How a reference is found by what is given. */
function GivenRule(props: { entity: Entity; one: Given; plan: Plan; onChange(next: Partial<Plan>): void }) {
  const { entity, one, plan, onChange } = props
  const target = one.path ? targetField(entity, one.path) : null
  if (!one.path || !target || target.part || target.field.type !== 'reference') return null
  return (
    <div className={styles.rule}>
      <ReferenceRule path={one.path} target={target} plan={plan} onChange={onChange} />
    </div>
  )
}
