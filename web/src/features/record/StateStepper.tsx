import { useTranslation } from 'react-i18next'
import type { Entity, RecordData } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { fieldOf } from '../../dictionary/model'
import { Icon } from '../../icons/Icon'
import styles from './StateStepper.module.css'

/** Beyond, steps would not be read as a way. */
const mostSteps = 6

/** The states of a record in their order, with where it stands. Moving is done by the actions beside. */
export function StateStepper({ entity, record }: { entity: Entity; record: RecordData }) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const field = entity.states && fieldOf(entity, entity.states.field)
  const list = field?.list ? dictionary.lists[field.list] : undefined
  if (!field || !list) return null
  const current = record[field.name]
  // Only states that some transition touches are steps: a list may hold more.
  const touched = new Set(entity.states?.transitions.flatMap((one) => [...one.from, one.to]) ?? [])
  const steps = list.values.filter((value) => value.tag === current || (value.active && touched.has(value.tag)))
  const at = steps.findIndex((value) => value.tag === current)
  // Many states are a choice, not a way: only where it stands is worth the room.
  const way = steps.length <= mostSteps && at >= 0
  const shown = way ? steps : steps.filter((value) => value.tag === current)
  return (
    <ol className={styles.steps} aria-label={t('record.states')}>
      {shown.map((value, position) => (
        <li
          key={value.tag}
          className={styles.step}
          data-colour={value.tag === current ? (value.colour ?? 'pastel') : undefined}
          data-passed={(way && position < at) || undefined}
          aria-current={value.tag === current ? 'step' : undefined}
        >
          {way && position < at && <Icon name="check" size={14} />}
          {label(value.label)}
        </li>
      ))}
    </ol>
  )
}
