import type { ListQuery } from '../../api/source'
import type { Dictionary, Entity } from '../../api/types'
import { allOf, quoted } from '../../api/where'
import { fieldOf, titlePaths } from '../../dictionary/model'

/** The list that a picker asks for: records whose words begin as typed, within what the field offers. */
export function pickerQuery(
  dictionary: Dictionary,
  entity: Entity,
  offered: string | undefined,
  typed: string,
): ListQuery {
  const text = typed.trim()
  const query: ListQuery = { top: 20 }
  const byTitle = titlePaths(entity.title).filter((path) => {
    const field = fieldOf(entity, path)
    return field !== undefined && ['text', 'code', 'email', 'long_text'].includes(field.type)
  })
  if (fieldOf(entity, 'code') && !byTitle.includes('code')) byTitle.push('code')
  const words = text.split(/\s+/).filter(Boolean)
  const matches = words.map((word) => byTitle.map((path) => `${path} contains ${quoted(word)}`).join(' or '))
  const where = allOf([offered, ...(byTitle.length ? matches : [])])
  if (where) query.where = where
  if (text && byTitle.length === 0 && entity.searchable) query.search = text
  const order = entity.order.filter(
    (term) => !term.includes('.') && fieldOf(entity, term.replace('-', ''))?.type !== 'reference',
  )
  if (order.length && dictionary.entities[entity.name]) query.order = order
  return query
}
