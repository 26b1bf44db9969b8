import { Checkbox } from '@mantine/core'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { allOf, oneOf, quoted } from '../../api/where'
import { useSurroundings } from '../../dictionary/context'
import styles from '../filters/FilterKinds.module.css'
import type { FilterEditorProps, FilterUi, FilterValue } from '../types'
import { Chosen, chosen, FilterPicker, joined } from './Chosen'

function Editor({ field, value, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  const id = useId()
  const { mine, dictionary, label } = useSurroundings()
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
      <FilterPicker
        id={id}
        field={field}
        label={t('filter.value')}
        onPick={(picked) => onChange(joined(chosen(value), picked))}
      />
      <Checkbox
        size="xs"
        label={t('filter.nothing')}
        checked={value?.o === 'empty'}
        onChange={(event) => onChange({ o: event.currentTarget.checked ? 'empty' : 'in', v: [] })}
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
  text: (value, field, { t, dictionary, label }) => {
    if (value.o === 'filled') return t('filter.filled')
    if (value.o === 'mine') return t('filter.mine', { what: label(dictionary.entities[field.to ?? '']?.label) })
    if (value.o === 'me') return t('filter.me')
    if (value.o === 'empty') return t('filter.nothing')
    return chosen(value)
      .map((one) => one.title)
      .join(', ')
  },
  exactly: (key, title) => (key === null ? { o: 'empty', v: [] } : { o: 'in', v: [{ id: key, title }] }),
}
