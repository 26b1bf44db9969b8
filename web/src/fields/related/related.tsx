import { Link } from '@tanstack/react-router'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { useTitle } from '../reference/useTitle'
import { defineField, type ValueProps } from '../types'
import { relatedFilter } from './filter'
import { Input } from './Input'
import styles from './related.module.css'
import { namedAs, partsOf, type RelatedValue, towards } from './value'

/** What kind of record, then how it is called. */
function Named({ field, value }: ValueProps<RelatedValue>) {
  const { dictionary, label } = useSurroundings()
  const parts = partsOf(value.id) ?? { entity: '', id: value.id }
  const entity = dictionary.entities[parts.entity]
  const title = useTitle(towards(field, parts.entity), { id: parts.id, title: value.title })
  return (
    <span className={styles.named}>
      {entity && (
        <span className={styles.kind} title={label(entity.label)}>
          <Icon name={entity.icon} size={16} />
          <span className="hidden-text">{label(entity.label)} :</span>
        </span>
      )}
      <span className={styles.title}>{title}</span>
    </span>
  )
}

function Display(props: ValueProps<RelatedValue>) {
  const { dictionary } = useSurroundings()
  const parts = partsOf(props.value.id)
  const entity = parts && dictionary.entities[parts.entity]
  if (!parts || !entity) return <Named {...props} />
  return (
    <Link
      to="/e/$env/$collection/$id"
      params={{ env: dictionary.environment.name, collection: entity.collection, id: parts.id }}
    >
      <Named {...props} />
    </Link>
  )
}

/** From the API's text, or what this type writes in drafts and addresses. */
function relatedOf(raw: unknown): RelatedValue | null {
  if (typeof raw === 'string') return partsOf(raw) ? { id: raw, title: '' } : null
  if (!raw || typeof raw !== 'object' || !('id' in raw)) return null
  const { id, title } = raw as Record<string, unknown>
  if (typeof id !== 'string' || !partsOf(id)) return null
  return { id, title: typeof title === 'string' ? title : '' }
}

const titleProperty = (name: string) => `${name}@tisserand.title`

export const related = defineField<RelatedValue>({
  of: relatedOf,
  read: (record, field) => {
    const found = relatedOf(record[field.name])
    const title = record[titleProperty(field.name)]
    return found && typeof title === 'string' ? { ...found, title } : found
  },
  write: (value, field) => ({ [field.name]: value?.id ?? null }),
  echo: (value, field) => ({
    [field.name]: value?.id ?? null,
    ...(value?.title ? { [titleProperty(field.name)]: value.title } : {}),
  }),
  text: (value) => value.title || '…',
  names: namedAs,
  Display,
  Cell: Named,
  Input,
  filter: relatedFilter,
  width: 220,
  group: true,
})
