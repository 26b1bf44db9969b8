import type { Dictionary, Entity, Field, Perimeter } from '../../api/types'

const call = (perimeter: Pick<Perimeter, 'name'>) => new RegExp(`\\b${perimeter.name}\\s*\\(\\s*\\)`, 'g')

/** The perimeters that a rule names. */
export function named(rule: string, perimeters: readonly Perimeter[]): Perimeter[] {
  return perimeters.filter((one) => call(one).test(rule))
}

/**
 * A rule as lists can be asked by it: lists know no perimeters, so each stands for nobody's records, as long as it was. What is said of a
 * place is then said of the same place of the rule.
 */
export function askable(rule: string, perimeters: readonly Perimeter[]): string {
  return perimeters.reduce((text, one) => text.replace(call(one), (found) => 'null'.padEnd(found.length)), rule)
}

/** A rule that also lets through what another says. */
export function either(rule: string, addition: string): string {
  const text = rule.trim()
  return text === '' ? addition : `${text} or ${addition}`
}

/** What can be added to a rule with one press. */
export interface Offer {
  text: string
  /** The fields that lead there; none for the records themselves. */
  path: Field[]
  /** Whose records; `null` is whoever asks. */
  perimeter: Perimeter | null
}

/** What rules of an entity are mostly made of: mine, and what lies in a perimeter, by the shortest ways that lead there. */
export function offers(dictionary: Dictionary, entity: Entity, perimeters: readonly Perimeter[]): Offer[] {
  const references = (of: Entity | undefined) =>
    (of?.fields ?? []).filter((field) => field.type === 'reference' && field.to && !field.system)
  const people = entity.fields.find((field) => field.name === 'created_by')?.to
  const own = references(entity)
  const mine: Offer[] = own
    .filter((field) => field.to === people)
    .map((field) => ({ text: `${field.name} = me()`, path: [field], perimeter: null }))
  const within = perimeters.flatMap((perimeter): Offer[] => {
    const text = (path: Field[]) => `${path.map((field) => field.name).join('.') || 'id'} in (${perimeter.name}())`
    const offer = (path: Field[]): Offer => ({ text: text(path), path, perimeter })
    if (perimeter.of === entity.name) return [offer([])]
    const direct = own.filter((field) => field.to === perimeter.of).map((field) => offer([field]))
    if (direct.length > 0) return direct
    return own
      .filter((field) => field.to !== people && field.to !== entity.name)
      .flatMap((field) =>
        references(dictionary.entities[field.to ?? ''])
          .filter((next) => next.to === perimeter.of)
          .map((next) => offer([field, next])),
      )
  })
  return [...mine, ...within]
}
