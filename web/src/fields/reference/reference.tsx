import { Link } from '@tanstack/react-router'
import { useSurroundings } from '../../dictionary/context'
import { defineField, type ValueProps } from '../types'
import { referenceFilter } from './filter'
import { Picker } from './Picker'
import { useTitle } from './useTitle'

/** Which record, and how it is called; an empty title is found when shown. */
export interface ReferenceValue {
  id: string
  title: string
  /** It was asked for and not told: whoever looks may not see it. */
  unseen?: true
}

function Named({ field, value }: ValueProps<ReferenceValue>) {
  return <>{useTitle(field, value)}</>
}

function Display({ field, value }: ValueProps<ReferenceValue>) {
  const { dictionary } = useSurroundings()
  const title = useTitle(field, value)
  const entity = field.to ? dictionary.entities[field.to] : undefined
  if (!entity || value.unseen) return <>{title}</>
  return (
    <Link
      to="/e/$env/$collection/$id"
      params={{ env: dictionary.environment.name, collection: entity.collection, id: value.id }}
    >
      {title}
    </Link>
  )
}

/** From an id, an expanded record, or what this type writes in drafts and addresses. */
function referenceOf(raw: unknown): ReferenceValue | null {
  if (typeof raw === 'string' && raw !== '') return { id: raw, title: '' }
  if (!raw || typeof raw !== 'object' || !('id' in raw)) return null
  const { id, title, '@tisserand.title': said } = raw as Record<string, unknown>
  const words = [said, title].find((text): text is string => typeof text === 'string')
  return typeof id === 'string' ? { id, title: words ?? '' } : null
}

export const reference = defineField<ReferenceValue>({
  of: referenceOf,
  read: (record, field) => {
    const id = record[`${field.name}_id`]
    if (typeof id === 'string' && record[field.name] === null) return { id, title: '', unseen: true }
    const found = referenceOf(record[field.name] ?? id)
    return found && (typeof id !== 'string' || id === found.id) ? found : referenceOf(id)
  },
  write: (value, field) => ({ [`${field.name}_id`]: value?.id ?? null }),
  echo: (value, field) => ({
    [`${field.name}_id`]: value?.id ?? null,
    [field.name]: value ? { id: value.id, '@tisserand.title': value.title } : null,
  }),
  text: (value) => value.title || '…',
  Display,
  Cell: Named,
  Input: Picker,
  filter: referenceFilter,
  groups: 'values',
  width: 180,
})
