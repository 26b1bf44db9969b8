import { Menu } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type CSSProperties, type PointerEvent, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity, RecordData } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { titleOf } from '../../dictionary/model'
import { Icon } from '../../icons/Icon'
import { IconAction } from '../../ui/IconAction'
import type { Look } from '../look'
import { ChangedBy } from '../useChanges'
import styles from './Card.module.css'
import type { Move } from './moves'

/** A column a card may go to, or not. */
export interface Way {
  tag: string
  name: string
  way: Move['kind']
}

interface Props {
  record: RecordData
  entity: Entity
  look: Look
  ways: Way[]
  dragged: boolean
  changedBy: string | undefined
  onPress: ((event: PointerEvent, record: RecordData) => void) | undefined
  onMove: ((record: RecordData, tag: string) => void) | undefined
}

/** A record on a board: a link, which can be taken elsewhere by dragging, by its menu, or with Shift and the arrows. */
export function Card({ record, entity, look, ways, dragged, changedBy, onPress, onMove }: Props) {
  const { t } = useTranslation()
  const { dictionary } = useSurroundings()
  const frame = useRef<HTMLLIElement>(null)
  const title = titleOf(record) || t('list.unnamed')
  const latest = useRef<(tag: string) => void>(() => {})
  latest.current = (tag) => onMove?.(record, tag)
  // The board decides where Shift and an arrow lead; the card knows its record.
  useEffect(() => {
    const card = frame.current
    const moved = (event: Event) => latest.current((event as CustomEvent<string>).detail)
    card?.addEventListener('board-move', moved)
    return () => card?.removeEventListener('board-move', moved)
  }, [])
  return (
    <li
      ref={frame}
      className={styles.card}
      data-card={record.id}
      data-dragged={dragged || undefined}
      data-movable={onPress ? true : undefined}
      data-changed={changedBy ? true : undefined}
      onPointerDown={(event) => onPress?.(event, record)}
    >
      {changedBy && <ChangedBy entity={entity} actor={changedBy} />}
      <CardFace record={record} entity={entity} look={look} title={title}>
        <Link
          to="/e/$env/$collection/$id"
          params={{ env: dictionary.environment.name, collection: entity.collection, id: record.id }}
          className={styles.link}
          draggable={false}
          aria-describedby={onMove ? 'board-keys' : undefined}
        >
          {title}
        </Link>
      </CardFace>
      {onMove && (
        <span className={styles.actions} onPointerDown={(event) => event.stopPropagation()}>
          <Menu shadow="md" position="bottom-end" withinPortal>
            <Menu.Target>
              <IconAction icon="dots" size={24} label={t('view.moveCard', { title })} />
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>{t('view.moveTo')}</Menu.Label>
              {ways
                .filter(({ way }) => way !== 'none')
                .map(({ tag, name, way }) => (
                  <Menu.Item
                    key={tag}
                    disabled={way === 'refused'}
                    leftSection={<Icon name={way === 'refused' ? 'ban' : 'arrow-right'} size={16} />}
                    onClick={() => onMove(record, tag)}
                  >
                    {name}
                  </Menu.Item>
                ))}
            </Menu.Dropdown>
          </Menu>
        </span>
      )}
    </li>
  )
}

/** What a card shows: its title, then the fields of the view that have a value. */
export function CardFace(props: {
  record: RecordData
  entity: Entity
  look: Look
  title: string
  children?: React.ReactNode
}) {
  const { record, entity, look, title, children } = props
  const colour = look.colour(record)
  const shown = look.shown(record)
  return (
    <div
      className={styles.face}
      data-coloured={colour ? true : undefined}
      style={{ '--mark': colour ?? 'transparent' } as CSSProperties}
    >
      <div className={styles.title}>{children ?? title}</div>
      {shown.length > 0 && (
        <dl className={styles.fields}>
          {shown.map(({ column, value }) => (
            <div key={column.path} className={styles.field} title={column.label}>
              <dt className="hidden-text">{column.label}</dt>
              <dd>
                <column.ui.Cell field={column.field} value={value} record={record} collection={entity.collection} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}
