import { Link } from '@tanstack/react-router'
import type { CSSProperties, KeyboardEvent, PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { titleOf } from '../../dictionary/model'
import { Icon } from '../../icons/Icon'
import type { Look } from '../look'
import { ChangedBy } from '../useChanges'
import styles from './Event.module.css'
import type { Happening } from './happenings'
import { saidSpan } from './words'

interface Props {
  entity: Entity
  happening: Happening
  look: Look
  /** How much of the record there is room for: lines beneath the title. */
  lines: number
  /** Shows its hour beside the title. */
  timed?: boolean
  style?: CSSProperties
  dragged?: boolean
  changedBy?: string | undefined
  movable: boolean
  onPress?: ((event: PointerEvent) => void) | undefined
  onPressEnd?: ((event: PointerEvent) => void) | undefined
  /** Time goes from left to right: its end is at its right. */
  endsSideways?: boolean
  onKeyDown?: ((event: KeyboardEvent) => void) | undefined
}

/** A record where it takes place: a link, taken elsewhere by dragging or by Shift and arrows. */
export function Event(props: Props) {
  const { entity, happening, look, lines, timed, style, dragged, changedBy, movable } = props
  const { t } = useTranslation()
  const around = useSurroundings()
  const { dictionary, manner } = around
  const { record } = happening
  const title = titleOf(record) || t('list.unnamed')
  const span = saidSpan(happening.from, happening.to, happening.wholeDays, manner)
  const shown = look.shown(record)
  const described = shown.map(({ column, value }) => column.ui.text(value, column.field, around))
  const colour = look.colour(record)
  return (
    <div
      className={styles.event}
      data-event={happening.key}
      data-dragged={dragged || undefined}
      data-timed={timed || happening.wholeDays || undefined}
      data-movable={movable || undefined}
      data-changed={changedBy ? true : undefined}
      style={{ ...style, '--mark': colour ?? 'var(--pastel)' } as CSSProperties}
      onPointerDown={movable ? props.onPress : undefined}
      title={[title, span, ...described].join('\n')}
    >
      {changedBy && <ChangedBy entity={entity} actor={changedBy} />}
      <Link
        to="/e/$env/$collection/$id"
        params={{ env: dictionary.environment.name, collection: entity.collection, id: record.id }}
        className={styles.link}
        draggable={false}
        aria-label={[title, span, ...described].join(', ')}
        aria-describedby={movable ? 'time-keys' : undefined}
        onKeyDown={props.onKeyDown}
      >
        {timed && !happening.wholeDays && <span className={`${styles.hour} figures`}>{happening.from.slice(11)}</span>}
        <span className={styles.title}>{title}</span>
        {happening.repeated && <Icon name="refresh" size={12} className={styles.mark} />}
      </Link>
      {shown.slice(0, lines).map(({ column, value }) => (
        <span key={column.path} className={styles.line}>
          <column.ui.Cell field={column.field} value={value} record={record} collection={entity.collection} />
        </span>
      ))}
      {props.onPressEnd && movable && (
        <span
          className={styles.grip}
          data-sideways={props.endsSideways || undefined}
          onPointerDown={props.onPressEnd}
          aria-hidden="true"
        />
      )}
    </div>
  )
}
