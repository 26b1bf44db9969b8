import type { Activity, Entity, Field, RecordData } from '../../../api/types'
import type { Surroundings } from '../../../dictionary/context'
import { fieldOf } from '../../../dictionary/model'
import { instantOf } from '../../../format/dates'
import type { Manner } from '../../../format/locale'

/** Records of one kind on the line of time of another. */
export interface Source {
  activity: Activity
  entity: Entity
  /** What places them: a date or a datetime. */
  at: Field
  kind: Field | null
  text: Field | null
  who: Field | null
}

/** A record on the line of time. */
export interface Happening {
  source: Source
  record: RecordData
  /** What it is sorted by: an instant, ISO in UTC. A day counts from its start. */
  instant: string
}

/** What a form puts on the line, less what this person's dictionary does not have. */
export function sourcesOf({ dictionary }: Surroundings, entity: Entity): Source[] {
  return entity.form.activity.flatMap((activity) => {
    const listed = dictionary.entities[activity.entity]
    const at = listed && fieldOf(listed, activity.at)
    const own = (name: string | null) => (listed && name ? (fieldOf(listed, name) ?? null) : null)
    return listed && at
      ? [
          {
            activity,
            entity: listed,
            at,
            kind: own(activity.kind),
            text: own(activity.text),
            who: own(activity.who),
          },
        ]
      : []
  })
}

/** Records with a place on the line; those without a date have none. */
export function happenings(source: Source, records: RecordData[], manner: Manner): Happening[] {
  return records.flatMap((record) => {
    const at = record[source.at.name]
    if (typeof at !== 'string') return []
    const instant = source.at.type === 'date' ? instantOf(`${at}T00:00`, manner) : new Date(at).toISOString()
    return instant ? [{ source, record, instant }] : []
  })
}

/** What one source has that was not shown yet. */
export interface Rest {
  waiting: Happening[]
  /** Where its next page is; `undefined` before the first, `null` after the last. */
  link: string | null | undefined
}

/**
 * The next `count` of several sources, each sorted newest first, and what is left of each. Right as long as each source holds `count` or is
 * at its end.
 */
export function merged(rests: Rest[], count: number): { shown: Happening[]; rests: Rest[] } {
  const all = rests.flatMap((rest, position) => rest.waiting.map((happening) => ({ happening, position })))
  all.sort((a, b) =>
    a.happening.instant < b.happening.instant ? 1 : a.happening.instant > b.happening.instant ? -1 : 0,
  )
  const taken = all.slice(0, count)
  const left = rests.map((rest, position) => ({
    ...rest,
    waiting: rest.waiting.slice(taken.filter((one) => one.position === position).length),
  }))
  return { shown: taken.map((one) => one.happening), rests: left }
}
