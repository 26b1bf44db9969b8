import { Checkbox } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { allOf, oneOf, quoted } from '../../api/where'
import { useSurroundings } from '../../dictionary/context'
import { Tag } from '../../ui/Tag'
import type { FilterEditorProps, FilterUi, FilterValue, Test } from '../types'
import styles from './FilterKinds.module.css'

function tags(value: FilterValue | null): string[] {
  return Array.isArray(value?.v) ? value.v.filter((tag): tag is string => typeof tag === 'string') : []
}

function Editor({ field, value, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const chosen = tags(value)
  const offered = (field.list ? dictionary.lists[field.list]?.values : undefined) ?? []
  const toggle = (tag: string) =>
    onChange({ o: 'in', v: chosen.includes(tag) ? chosen.filter((other) => other !== tag) : [...chosen, tag] })
  return (
    <div className={styles.choices}>
      {offered.map((option) => (
        // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox inside is the control
        <label key={option.tag} className={styles.choice}>
          <Checkbox checked={chosen.includes(option.tag)} onChange={() => toggle(option.tag)} size="xs" />
          <Tag colour={option.colour} word={label(option.label)} />
        </label>
      ))}
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the checkbox inside is the control */}
      <label className={styles.choice}>
        <Checkbox
          checked={value?.o === 'empty'}
          onChange={() => onChange({ o: value?.o === 'empty' ? 'in' : 'empty', v: [] })}
          size="xs"
        />
        <span className="quiet">{t('filter.nothing')}</span>
      </label>
    </div>
  )
}

function words(value: FilterValue, list: string | undefined, around: Parameters<FilterUi['text']>[2]): string {
  if (value.o === 'empty') return around.t('filter.nothing')
  const values = list ? (around.dictionary.lists[list]?.values ?? []) : []
  return tags(value)
    .map((tag) => around.label(values.find((known) => known.tag === tag)?.label) || tag)
    .join(', ')
}

/** Tags as they are written with those operators. */
function readTags([test, ...more]: readonly Test[], operators: readonly Test['operator'][]): FilterValue | null {
  if (!test || more.length) return null
  if (test.operator === '=' && test.values[0]?.kind === 'null') return { o: 'empty', v: [] }
  if (!operators.includes(test.operator)) return null
  const v = test.values.flatMap((value) => (value.kind === 'text' ? [value.value] : []))
  return v.length === test.values.length ? { o: 'in', v } : null
}

/** One of several tags. */
export const choiceFilter: FilterUi = {
  first: { o: 'in', v: [] },
  Editor,
  where: (path, value) => (value.o === 'empty' ? `${path} = null` : oneOf(path, tags(value))),
  text: (value, field, around) => words(value, field.list, around),
  exactly: (key) => (key === null ? { o: 'empty', v: [] } : { o: 'in', v: [key] }),
  read: (tests) => readTags(tests, ['=', 'in']),
}

/** Holding every one of several tags. */
export const choicesFilter: FilterUi = {
  first: { o: 'in', v: [] },
  Editor,
  where: (path, value) =>
    value.o === 'empty' ? `${path} = null` : allOf(tags(value).map((tag) => `${path} contains ${quoted(tag)}`)),
  text: (value, field, around) => words(value, field.list, around),
  read: (tests) => readTags(tests, ['contains']),
}
