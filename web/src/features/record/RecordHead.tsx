import { Button, Menu } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Link, useNavigate } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity, Present, RecordData, Transition } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { may, mayMove } from '../../dictionary/may'
import { titleOf } from '../../dictionary/model'
import { subjectsOf } from '../../dictionary/subjects'
import { exactInstant, saidInstant } from '../../format/dates'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import { useFavourites } from '../../personal/favourites'
import { Star } from '../../personal/Star'
import { type Action, useOfferedActions } from '../../ui/actions'
import { IconAction } from '../../ui/IconAction'
import { Kbd } from '../../ui/Kbd'
import { say } from '../../ui/toasts'
import { PeopleHere } from './PeopleHere'
import styles from './RecordHead.module.css'
import { StateStepper } from './StateStepper'

const WhyDialog = lazy(() => import('../../reasons/WhyDialog'))

interface Props {
  entity: Entity
  record: RecordData
  editing: boolean
  dirty: boolean
  saving: boolean
  /** What is saved waits for the server. */
  waits: boolean
  /** Who else has the record open. */
  people: Present[]
  neighbours: { previous: string | null; next: string | null; place: string }
  back(): void
  go(id: string | null): void
  edit(): void
  submit(): void
  cancel(): void
  remove(): void
  move(transition: Transition): void
  /** Opens what stands beside the record, where it has no place there. */
  beside: { word: string; open(): void } | undefined
}

/** What this record is, where it stands, and what can be done with it. */
export function RecordHead(props: Props) {
  const {
    entity,
    record,
    editing,
    dirty,
    saving,
    waits,
    people,
    neighbours,
    back,
    go,
    edit,
    submit,
    cancel,
    move,
    beside,
  } = props
  const { t } = useTranslation()
  const { label, manner, dictionary } = useSurroundings()
  const { isFavourite, toggle } = useFavourites()
  const navigate = useNavigate()
  const target = `record/${entity.name}/${record.id}`
  const duplicate = () =>
    void navigate({
      to: '/e/$env/$collection/new',
      params: { env: dictionary.environment.name, collection: entity.collection },
      search: { copy: record.id },
    })
  const title = titleOf(record) || t('list.unnamed')
  const code = typeof record.code === 'string' && record.code !== title ? record.code : ''
  const state = entity.states ? record[entity.states.field] : null
  const moves = (entity.states?.transitions ?? []).filter(
    (transition) => typeof state === 'string' && transition.from.includes(state) && mayMove(entity, record, transition),
  )
  // A thumb has less room: there the moves are in the menu.
  const phone = useMediaQuery('(max-width: 767px)', false, { getInitialValueInEffect: false })
  const shownMoves = phone ? 0 : 2
  const offered: (Action | false)[] = [
    entity.can.update && { key: 'edit', icon: 'pencil', words: t('record.edit'), run: edit },
    ...moves.map((transition) => ({
      key: `move ${transition.name}`,
      icon: transition.icon ?? 'arrow-right',
      words: label(transition.label),
      run: () => move(transition),
    })),
    {
      key: 'star',
      icon: 'star',
      words: t(isFavourite(target) ? 'personal.unstar' : 'personal.star', { name: title }),
      run: () => toggle(target),
    },
    entity.can.create && { key: 'copy', icon: 'copy', words: t('record.duplicate'), run: duplicate },
    { key: 'link', icon: 'link', words: t('record.copyLink'), run: () => void copyLink(t) },
    { key: 'print', icon: 'printer', words: t('record.print'), run: () => window.print() },
    entity.can.delete && { key: 'delete', icon: 'trash', words: t('record.delete'), run: props.remove },
  ]
  useOfferedActions(editing ? [] : offered.filter((action): action is Action => action !== false))
  const changed = typeof record.updated_at === 'string' ? record.updated_at : null
  return (
    <header className={styles.head}>
      <div className={styles.line}>
        <IconAction icon="arrow-left" label={t('record.back')} shortcut="Esc" onClick={back} className={styles.back} />
        <span className={styles.kind}>
          <Icon name={entity.icon} size={16} />
          {label(entity.label)}
          {code && <span className="figures">{code}</span>}
        </span>
        <PeopleHere people={people} />
        <span className={styles.neighbours}>
          {neighbours.place && <span className="quiet figures">{neighbours.place}</span>}
          {!editing && neighbours.place && (
            <>
              <IconAction
                icon="chevron-up"
                label={t('record.previous')}
                shortcut="k"
                disabled={!neighbours.previous}
                onClick={() => go(neighbours.previous)}
              />
              <IconAction
                icon="chevron-down"
                label={t('record.next')}
                shortcut="j"
                disabled={!neighbours.next}
                onClick={() => go(neighbours.next)}
              />
            </>
          )}
        </span>
      </div>
      <div className={styles.main}>
        <div className={styles.title}>
          <h1>{title}</h1>
          {!editing && <Star target={target} name={title} />}
        </div>
        <div className={styles.actions} data-editing={editing || undefined}>
          {editing ? (
            <>
              {dirty && <span className={styles.unsaved}>{waits ? t('record.waits.short') : t('record.unsaved')}</span>}
              <Button variant="default" onClick={cancel}>
                {t('record.cancel')}
              </Button>
              <Button
                onClick={submit}
                loading={saving && !waits}
                rightSection={phone ? undefined : <span className={styles.key}>Ctrl ↵</span>}
              >
                {t('record.save')}
              </Button>
            </>
          ) : (
            <>
              {moves.slice(0, shownMoves).map((transition) => (
                <Button
                  key={transition.name}
                  variant="default"
                  onClick={() => move(transition)}
                  leftSection={transition.icon ? <Icon name={transition.icon} size={16} /> : undefined}
                >
                  {label(transition.label)}
                </Button>
              ))}
              {may(entity, record, 'update') && (
                <Button onClick={edit} leftSection={<Icon name="pencil" size={16} />}>
                  {t('record.edit')}
                </Button>
              )}
              {beside && phone && <IconAction icon="history" label={beside.word} onClick={beside.open} />}
              <More {...props} moves={moves.slice(shownMoves)} />
            </>
          )}
        </div>
      </div>
      <div className={styles.under}>
        <StateStepper entity={entity} record={record} />
        {changed && (
          <span className={styles.changed} title={exactInstant(changed, manner)}>
            {t('record.updatedOn', { when: saidInstant(changed, now(), manner) })}
          </span>
        )}
        {beside && !phone && (
          <Button variant="subtle" onClick={beside.open} leftSection={<Icon name="history" size={16} />}>
            {beside.word}
          </Button>
        )}
      </div>
    </header>
  )
}

async function copyLink(t: TFunction) {
  await navigator.clipboard.writeText(window.location.origin + window.location.pathname)
  say({ tone: 'done', text: t('record.linkCopied') })
}

function More({ entity, record, remove, move, moves }: Props & { moves: Transition[] }) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  // Of who may change it, what its state has and they may not make.
  const state = entity.states ? record[entity.states.field] : null
  const refused = (entity.states?.transitions ?? []).filter(
    (one) =>
      may(entity, record, 'update') &&
      typeof state === 'string' &&
      one.from.includes(state) &&
      !mayMove(entity, record, one),
  )
  const [asked, setAsked] = useState<string | null>(null)
  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <IconAction icon="dots" label={t('record.more')} />
        </Menu.Target>
        <Menu.Dropdown>
          {moves.map((transition) => (
            <Menu.Item
              key={transition.name}
              leftSection={<Icon name={transition.icon ?? 'arrow-right'} />}
              onClick={() => move(transition)}
            >
              {label(transition.label)}
            </Menu.Item>
          ))}
          {entity.can.create && (
            <Menu.Item
              component={Link}
              to={`/e/${dictionary.environment.name}/${entity.collection}/new` as '/'}
              search={{ copy: record.id } as never}
              leftSection={<Icon name="copy" />}
            >
              {t('record.duplicate')}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<Icon name="link" />} onClick={() => void copyLink(t)}>
            {t('record.copyLink')}
          </Menu.Item>
          {entity.can.print && (
            <Menu.Item leftSection={<Icon name="printer" />} onClick={() => window.print()}>
              {t('record.print')}
            </Menu.Item>
          )}
          {dictionary.me.powers.includes('protect') &&
            subjectsOf(entity, record, dictionary).map(({ collection, id }) => (
              <Menu.Item
                key={id}
                component={Link}
                to={`/admin/${dictionary.environment.name}/protection/${collection}/${id}` as '/'}
                leftSection={<Icon name="eraser" />}
              >
                {t('protection.open')}
              </Menu.Item>
            ))}
          {may(entity, record, 'delete') ? (
            <Menu.Item
              leftSection={<Icon name="trash" />}
              onClick={remove}
              className={styles.danger}
              data-record={record.id}
            >
              {t('record.delete')}
            </Menu.Item>
          ) : (
            <Refused text={t('record.cannotDelete')} onAsk={() => setAsked('delete')} />
          )}
          {!may(entity, record, 'update') && <Refused text={t('record.readOnly')} onAsk={() => setAsked('update')} />}
          {refused.map((transition) => (
            <Refused
              key={transition.name}
              text={t('record.cannotMove', { name: label(transition.label) })}
              onAsk={() => setAsked(transition.name)}
            />
          ))}
          <Menu.Label>
            <Kbd>e</Kbd> {t('shortcuts.edit')}
          </Menu.Label>
        </Menu.Dropdown>
      </Menu>
      {asked && (
        <Suspense>
          <WhyDialog
            asked={{ collection: entity.collection, capability: asked, id: record.id }}
            title={t('rights.why.titleNot')}
            hint={t('rights.why.ask')}
            onClose={() => setAsked(null)}
          />
        </Suspense>
      )}
    </>
  )
}

/** What cannot be done, and the way to why. */
function Refused({ text, onAsk }: { text: string; onAsk(): void }) {
  return (
    <Menu.Item leftSection={<Icon name="help-circle" />} onClick={onAsk} className={styles.refused}>
      {text}
    </Menu.Item>
  )
}
