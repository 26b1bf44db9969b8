import { Button, Modal } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity, Field } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { effective, fieldOf } from '../../dictionary/model'
import { fieldUi } from '../../fields/registry'
import { nearInstant } from '../../format/dates'
import { now } from '../../format/now'
import styles from './ConflictDialog.module.css'
import type { StaleWrite } from './conflict'

interface Props {
  entity: Entity
  stale: StaleWrite
  /** What was typed here. */
  mine(field: Field): unknown
  /** Nothing is saved yet: one goes on typing with what is chosen. */
  goesOn?: boolean
  /** Saves, without the fields given up. */
  onSave(givenUp: string[]): void
  onLater(): void
}

/** Somebody else changed the same fields: each is shown as typed and as changed, and one of the two is chosen. */
export function ConflictDialog({ entity, stale, mine, goesOn, onSave, onLater }: Props) {
  const { t } = useTranslation()
  const { label, manner } = useSurroundings()
  const record = stale.current.id
  const [theirs, setTheirs] = useState<string[]>([])
  const who = stale.who || t('record.somebody')
  const choose = (field: string, side: 'mine' | 'theirs') =>
    setTheirs(
      side === 'theirs' ? [...theirs.filter((one) => one !== field), field] : theirs.filter((one) => one !== field),
    )
  const others = stale.others.map((name) => label(fieldOf(entity, name)?.label)).filter(Boolean)
  return (
    <Modal
      opened
      onClose={onLater}
      title={t('conflict.title')}
      size="xl"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <p className={styles.hint}>{goesOn ? t('conflict.hintGoesOn', { who }) : t('conflict.hint', { who })}</p>
      <div className={styles.quick}>
        <Button variant="subtle" onClick={() => setTheirs([])}>
          {t('conflict.allMine')}
        </Button>
        <Button variant="subtle" onClick={() => setTheirs(stale.conflicts.map(({ field }) => field))}>
          {t('conflict.allTheirs')}
        </Button>
      </div>
      {stale.conflicts.map(({ field: name, theirs: change, before }) => {
        const field = fieldOf(entity, name)
        if (!field) return null
        const shown = effective(field)
        const ui = fieldUi(shown)
        const held = { mine: mine(field), theirs: ui.read(stale.current, shown) }
        const by = change.by?.name ?? who
        const was = before ? ui.read({ id: record, ...before }, shown) : undefined
        return (
          <fieldset key={name} className={styles.field}>
            <legend>{label(field.label)}</legend>
            {(['mine', 'theirs'] as const).map((side) => {
              const value = held[side]
              const chosen = (side === 'theirs') === theirs.includes(name)
              return (
                <label key={side} className={styles.side} data-chosen={chosen || undefined}>
                  <span className={styles.sideName}>
                    <input
                      type="radio"
                      name={`conflict-${name}`}
                      checked={chosen}
                      onChange={() => choose(name, side)}
                    />
                    {side === 'mine' ? t('conflict.mine') : t('conflict.theirsOf', { who: by })}
                    {side === 'theirs' && <span className="quiet">{nearInstant(change.at, now(), manner)}</span>}
                  </span>
                  <span className={styles.value}>
                    {value === null ? (
                      <span className="quiet">{t('history.empty')}</span>
                    ) : (
                      <ui.Cell field={shown} value={value} record={stale.current} collection={entity.collection} />
                    )}
                  </span>
                </label>
              )
            })}
            {was !== undefined && (
              <p className={styles.before}>
                <span className="quiet">{t('conflict.before')}</span>{' '}
                {was === null ? (
                  <span className="quiet">{t('history.empty')}</span>
                ) : (
                  <ui.Cell field={shown} value={was} collection={entity.collection} />
                )}
              </p>
            )}
          </fieldset>
        )
      })}
      {others.length > 0 && <p className={styles.others}>{t('conflict.alsoChanged', { what: others.join(', ') })}</p>}
      <div className={styles.actions}>
        <Button variant="default" onClick={onLater}>
          {goesOn ? t('common.cancel') : t('conflict.later')}
        </Button>
        <Button onClick={() => onSave(theirs)} data-autofocus>
          {goesOn ? t('conflict.goOn') : t('conflict.save')}
        </Button>
      </div>
    </Modal>
  )
}
