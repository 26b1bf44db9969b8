import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Field, Import } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import styles from './ColumnsStep.module.css'
import { choicesOf, type Plan, unknownValues } from './plan'

const list = { size: 'xs' as const, comboboxProps: { transitionProps: { duration: 0 } } }

/** What a column needs besides its field: words of the file translated into choices, how a reference is found. */
export function ColumnOptions(props: {
  column: Import['detected']['columns'][number]
  path: string
  target: { field: Field; part: string | null }
  plan: Plan
  onChange(next: Partial<Plan>): void
}) {
  const { target } = props
  if (target.part) return null
  if (target.field.type === 'reference') return <ReferenceRule {...props} />
  return <Values {...props} />
}

function Values({ column, path, target, plan, onChange }: Parameters<typeof ColumnOptions>[0]) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const { field } = target
  const choices = choicesOf(dictionary, field)
  if (!choices) return null
  const kept = plan.values[path] ?? {}
  const values = field.type === 'choices' ? [] : unknownValues(choices, column.values ?? [])
  const asked = [...new Set([...values, ...Object.keys(kept)])]
  if (asked.length === 0) return null
  const words = field.list ? dictionary.lists[field.list]?.values : undefined
  const data = choices.map(({ tag, words: said }) => ({
    value: tag,
    label: words
      ? label(words.find((value) => value.tag === tag)?.label)
      : t(`import.columns.${said[0] as 'true' | 'false'}`),
  }))
  const say = (value: string, tag: string | null) => {
    const { [value]: _before, ...others } = kept
    onChange({ values: { ...plan.values, [path]: tag ? { ...others, [value]: tag } : others } })
  }
  const left = values.filter((value) => !(value in kept)).length
  return (
    <details className={styles.options} open={left > 0}>
      <summary>{left > 0 ? t('import.columns.translate', { count: left }) : t('import.columns.translated')}</summary>
      <ul className={styles.values}>
        {asked.map((value) => (
          <li key={value}>
            <span className={styles.value}>{value}</span>
            <Select
              {...list}
              aria-label={t('import.columns.means', { value })}
              placeholder={t('import.columns.refuse')}
              data={data}
              value={kept[value] ?? null}
              onChange={(tag) => say(value, tag)}
              clearable
            />
          </li>
        ))}
      </ul>
    </details>
  )
}

/** Types by whose value people name a record. */
const naming = ['text', 'code', 'email', 'phone', 'integer']

/** How a row finds the record that a reference leads to. */
export function ReferenceRule(props: {
  path: string
  target: { field: Field }
  plan: Plan
  onChange(next: Partial<Plan>): void
}) {
  const { path, target, plan, onChange } = props
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const led = target.field.to ? dictionary.entities[target.field.to] : undefined
  const rule = plan.references[path] ?? {}
  const set = (next: typeof rule) => {
    const whole = Object.fromEntries(Object.entries({ ...rule, ...next }).filter(([, value]) => value))
    onChange({ references: { ...plan.references, [path]: whole } })
  }
  const by = (led?.fields ?? []).filter(
    (field) => naming.includes(field.type) && (!field.system || field.name === 'code'),
  )
  return (
    <div className={styles.reference}>
      <Select
        {...list}
        label={t('import.columns.by', { what: led ? label(led.label) : '' })}
        placeholder={t('import.columns.byDefault')}
        data={by.map((field) => ({ value: field.name, label: label(field.label) }))}
        value={rule.by ?? null}
        onChange={(name) => set({ by: name ?? '' })}
        clearable
      />
      <Select
        {...list}
        label={t('import.columns.missingRecord')}
        data={[
          { value: 'refuse', label: t('import.columns.refuse') },
          { value: 'empty', label: t('import.columns.leaveEmpty') },
        ]}
        value={rule.missing ?? 'refuse'}
        onChange={(missing) => set({ missing: missing === 'empty' ? 'empty' : 'refuse' })}
        allowDeselect={false}
      />
    </div>
  )
}
