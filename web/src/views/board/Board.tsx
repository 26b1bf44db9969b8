import { type KeyboardEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { RecordData } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { fieldOf, titleOf } from '../../dictionary/model'
import { listValueOf } from '../../fields/shared/lists'
import type { ViewProps } from '../kinds'
import { useLook } from '../look'
import { useChanges } from '../useChanges'
import { usePointerDrag } from '../usePointerDrag'
import styles from './Board.module.css'
import { BoardColumn } from './BoardColumn'
import { CardFace } from './Card'
import { moveOf } from './moves'
import { useFigures } from './useFigures'
import { useMove } from './useMove'

/** Columns of cards by the value of a choice. */
export function Board({ entity, view, asked, state, onState }: ViewProps<'board'>) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const frame = useRef<HTMLDivElement>(null)
  const look = useLook(entity, view, [view.by])
  const figures = useFigures(entity, view, asked)
  const changes = useChanges(entity)
  const field = fieldOf(entity, view.by)
  const valueFor = (tag: string) => (field ? listValueOf(dictionary, field, tag) : undefined)
  const word = (tag: string) => label(valueFor(tag)?.label) || tag
  const move = useMove(entity, view.by, word)
  const movable = entity.can.update && field?.read_only === false
  const { drag, press } = usePointerDrag<RecordData>({
    onDrop: ({ what, over }) => {
      const to = over?.dataset.drop
      if (to) void move(what, to)
    },
  })
  const folded = new Set(state.folded?.split(',') ?? view.columns.filter((column) => column.folded).map((c) => c.tag))
  const fold = (tag: string) => {
    const next = new Set(folded)
    if (!next.delete(tag)) next.add(tag)
    onState({ folded: [...next].join(',') })
  }

  /** Arrows go from card to card; with Shift they take the card along. */
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const card = (event.target as HTMLElement).closest<HTMLElement>('[data-card]')
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (!card || !step || event.target !== card.querySelector('a')) return
    event.preventDefault()
    const column = card.closest<HTMLElement>('[data-drop]')
    const cards = [...(column?.querySelectorAll<HTMLElement>('[data-card]') ?? [])]
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      cards[cards.indexOf(card) + step]?.querySelector('a')?.focus()
      return
    }
    const columns = [...(frame.current?.querySelectorAll<HTMLElement>('[data-drop]') ?? [])]
    const next = columns.indexOf(column as HTMLElement) + step
    if (event.shiftKey && movable) {
      const tag = columns[next]?.dataset.drop
      const id = card.dataset.card
      if (tag && id) card.dispatchEvent(new CustomEvent('board-move', { detail: tag, bubbles: false }))
      return
    }
    for (let at = next; at >= 0 && at < columns.length; at += step) {
      const there = columns[at]?.querySelectorAll<HTMLElement>('[data-card]')
      const target = there?.[Math.min(cards.indexOf(card), there.length - 1)]
      if (target) return target.querySelector('a')?.focus()
    }
  }

  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the cards inside are links; arrows are a shorter way between them */}
      <div className={styles.board} ref={frame} data-scroll onKeyDown={onKeyDown}>
        {view.columns.map((column) => {
          const from = drag ? String(drag.what[view.by]) : null
          const way = from === null ? null : moveOf(entity, view.by, from, column.tag).kind
          return (
            <BoardColumn
              key={column.tag}
              entity={entity}
              view={view}
              column={column}
              value={valueFor(column.tag)}
              name={word(column.tag)}
              asked={asked}
              look={look}
              figures={figures.get(column.tag) ?? null}
              folded={folded.has(column.tag)}
              onFold={() => fold(column.tag)}
              changes={changes}
              way={way}
              over={drag?.over?.dataset.drop === column.tag}
              dragged={drag?.what.id ?? null}
              onPress={movable ? press : undefined}
              ways={view.columns.map(({ tag }) => ({
                tag,
                name: word(tag),
                way: moveOf(entity, view.by, column.tag, tag).kind,
              }))}
              onMove={movable ? (record, tag) => void move(record, tag) : undefined}
            />
          )
        })}
      </div>
      {drag && (
        <div
          className={styles.ghost}
          style={{ transform: `translate(${drag.at.x + 8}px, ${drag.at.y + 8}px)` }}
          aria-hidden="true"
        >
          <CardFace record={drag.what} entity={entity} look={look} title={titleOf(drag.what) || t('list.unnamed')} />
        </div>
      )}
      {movable && (
        <p className="hidden-text" id="board-keys">
          {t('view.boardKeys')}
        </p>
      )}
    </>
  )
}
