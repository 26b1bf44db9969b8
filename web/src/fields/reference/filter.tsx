import { Checkbox } from '@mantine/core'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { allOf, oneOf, quoted } from '../../api/where'
import { useSurroundings } from '../../dictionary/context'
import styles from '../filters/FilterKinds.module.css'
import { readPresence } from '../filters/presence'
import type { FilterEditorProps, FilterUi, FilterValue } from '../types'
import { Chosen, chosen, FilterPicker, joined } from './Chosen'

function Editor({ field, value, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  const id = useId()
  const { mine, dictionary, label, kept } = useSurroundings()
  const perimeters = kept?.perimeters.filter((one) => one.of === field.to) ?? []
  const own = mine(field.to) !== undefined ? dictionary.entities[field.to ?? ''] : undefined
  return (
    <div className={styles.stack}>
      {field.to === 'user' && (
        <Checkbox
          size="xs"
          label={t('filter.me')}
          checked={value?.o === 'me'}
          onChange={(event) => onChange({ o: event.currentTarget.checked ? 'me' : 'in', v: [] })}
        />
      )}
      {own && (
        <Checkbox
          size="xs"
          label={t('filter.mine', { what: label(own.label) })}
          checked={value?.o === 'mine'}
          onChange={(event) => onChange({ o: event.currentTarget.checked ? 'mine' : 'in', v: [] })}
        />
      )}
      {perimeters.map((one) => (
        <Checkbox
          key={one.name}
          size="xs"
          label={label(one.label)}
          checked={value?.o === 'within' && value.v === one.name}
          onChange={(event) =>
            onChange(event.currentTarget.checked ? { o: 'within', v: one.name } : { o: 'in', v: [] })
          }
        />
      ))}
      <FilterPicker
        id={id}
        field={field}
        label={t('filter.value')}
        onPick={(picked) => onChange(joined(chosen(value), picked))}
      />
      <Checkbox
        size="xs"
        label={t('filter.filled')}
        checked={value?.o === 'filled'}
        onChange={(event) => onChange({ o: event.currentTarget.checked ? 'filled' : 'in', v: [] })}
      />
      <Chosen value={value} onChange={onChange} />
    </div>
  )
}

const build: Record<string, (path: string, value: FilterValue, own: string | null | undefined) => string | null> = {
  me: (path) => `${path} = me()`,
  // Of somebody without an agency, "my agency" is nothing rather than everything.
  mine: (path, _value, own) => (own ? `${path} = ${quoted(own)}` : 'false'),
  within: (path, value) => (typeof value.v === 'string' ? `${path} in (${value.v}())` : null),
  filled: (path) => `${path} != null`,
  empty: (path) => `${path} = null`,
  in: (path, value) =>
    allOf([
      oneOf(
        path,
        chosen(value).map((one) => one.id),
      ),
    ]),
}

/** One of several records, oneself, or none. */
export const referenceFilter: FilterUi = {
  first: { o: 'in', v: [] },
  Editor,
  where: (path, value, field, { mine }) => build[value.o]?.(path, value, mine(field.to)) ?? null,
  text: (value, field, { t, dictionary, label, kept }) => {
    if (value.o === 'within') return label(kept?.perimeters.find((one) => one.name === value.v)?.label)
    if (value.o === 'filled') return t('filter.filled')
    if (value.o === 'mine') return t('filter.mine', { what: label(dictionary.entities[field.to ?? '']?.label) })
    if (value.o === 'me') return t('filter.me')
    if (value.o === 'empty') return t('filter.nothing')
    return chosen(value)
      .map((one) => one.title)
      .join(', ')
  },
  read: ([test, ...more]) => {
    const [value] = test?.values ?? []
    if (!test || more.length || !value) return null
    const presence = readPresence([test])
    if (presence) return presence.o === 'empty' ? { o: 'empty', v: [] } : presence
    if (test.operator === '=' && value.kind === 'me') return { o: 'me', v: [] }
    if (test.operator === 'in' && value.kind === 'perimeter' && test.values.length === 1)
      return { o: 'within', v: value.value }
    if (test.operator !== '=' && test.operator !== 'in') return null
    const v = test.values.flatMap((one) => (one.kind === 'text' ? [{ id: one.value, title: one.value }] : []))
    return v.length === test.values.length ? { o: 'in', v } : null
  },
  exactly: (key, title) => (key === null ? { o: 'empty', v: [] } : { o: 'in', v: [{ id: key, title }] }),
}
