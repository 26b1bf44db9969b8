import { Button, Menu, Modal, NativeSelect, Popover, Progress } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { ListQuery, Write } from '../../api/source'
import type { Entity, Field } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { effective } from '../../dictionary/model'
import { fieldUi } from '../../fields/registry'
import { decimal } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import type { Rows } from '../../table/useRows'
import type { Selection } from '../../table/useSelection'
import { IconAction } from '../../ui/IconAction'
import { problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import styles from './BulkBar.module.css'
import { type BulkAction, everyId, type Refused, runBulk, takeBack } from './bulk'

interface Props {
  entity: Entity
  query: ListQuery
  rows: Rows
  selection: Selection
}

/** How long what was done to many can be taken back by a press. */
const undoMs = 15_000
/** How long a removal waits to be taken back. */
const graceMs = 6000

/** What can be done with the rows that are chosen. */
export default function BulkBar({ entity, query, rows, selection }: Props) {
  const { t } = useTranslation()
  const { label, manner } = useSurroundings()
  const [running, setRunning] = useState<{ word: string; tried: number; of: number } | null>(null)
  const [refused, setRefused] = useState<Refused[]>([])
  const run = useBulk(entity, query, { setRunning, setRefused })
  const stop = useRef<AbortController | null>(null)
  const count = selection.everything ? (rows.count ?? rows.rows.length) : selection.ids.size
  const said =
    selection.everything && rows.capped ? t('list.capped', { shown: decimal(count, manner) }) : decimal(count, manner)
  const begin = (action: BulkAction, word: string) => {
    const control = new AbortController()
    stop.current = control
    const ids = selection.everything ? null : [...selection.ids]
    selection.clear()
    void run(action, ids, word, control)
  }
  const removeLater = () => {
    const ids = selection.everything ? null : [...selection.ids]
    const control = new AbortController()
    stop.current = control
    selection.clear()
    const go = () => {
      close()
      void run({ kind: 'remove' }, ids, t('bulk.removing'), control)
    }
    const timer = setTimeout(go, graceMs)
    const close = say(
      {
        tone: 'done',
        text: t('bulk.willRemove', { count, shown: said }),
        action: {
          label: t('record.undo'),
          run: () => {
            clearTimeout(timer)
          },
        },
      },
      graceMs,
    )
  }
  const transitions = (entity.states?.transitions ?? []).filter((one) => !entity.can.not.includes(one.name))
  const all = rows.rows.length > 0 && rows.rows.every((row) => selection.has(row.id))
  return (
    <>
      {running ? (
        <section className={styles.bar} aria-label={t('bulk.title')}>
          <span role="status" className={`${styles.progress} figures`}>
            {t('bulk.progress', {
              word: running.word,
              tried: decimal(running.tried, manner),
              of: decimal(running.of, manner),
            })}
            <Progress value={running.of ? (100 * running.tried) / running.of : 0} size="sm" aria-label={running.word} />
          </span>
          <Button size="xs" variant="default" onClick={() => stop.current?.abort()}>
            {t('bulk.stop')}
          </Button>
        </section>
      ) : (
        count > 0 && (
          <section className={styles.bar} aria-label={t('bulk.title')}>
            <span className={`${styles.count} figures`} aria-live="polite">
              {t('bulk.chosen', { count, shown: said })}
            </span>
            {!selection.everything && all && rows.count !== null && rows.count > selection.ids.size && (
              <Button size="xs" variant="subtle" onClick={selection.chooseEverything}>
                {t('bulk.everything', {
                  shown: rows.capped
                    ? t('list.capped', { shown: decimal(rows.count, manner) })
                    : decimal(rows.count, manner),
                })}
              </Button>
            )}
            {entity.can.update && (
              <EditMany
                entity={entity}
                count={said}
                onApply={(field, value) => begin({ kind: 'set', field, value }, t('bulk.changing'))}
              />
            )}
            {entity.states && transitions.length > 0 && (
              <Menu position="top-start" withinPortal>
                <Menu.Target>
                  <Button size="xs" variant="default" rightSection={<Icon name="chevron-down" size={14} />}>
                    {t('bulk.actions')}
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  {transitions.map((one) => (
                    <Menu.Item
                      key={one.name}
                      leftSection={one.icon ? <Icon name={one.icon} size={16} /> : undefined}
                      onClick={() =>
                        begin(
                          { kind: 'transition', transition: one.name, field: entity.states?.field ?? '' },
                          label(one.label),
                        )
                      }
                    >
                      {label(one.label)}
                    </Menu.Item>
                  ))}
                </Menu.Dropdown>
              </Menu>
            )}
            {entity.can.delete && (
              <Button
                size="xs"
                variant="default"
                color="red"
                leftSection={<Icon name="trash" size={14} />}
                onClick={removeLater}
              >
                {t('record.delete')}
              </Button>
            )}
            <IconAction icon="x" size={28} label={t('bulk.none')} onClick={selection.clear} />
          </section>
        )
      )}
      {refused.length > 0 && (
        <Modal
          opened
          onClose={() => setRefused([])}
          title={t('bulk.refused', { count: refused.length })}
          closeButtonProps={{ 'aria-label': t('common.close') }}
        >
          <RefusedList entity={entity} refused={refused} />
        </Modal>
      )}
    </>
  )
}

function RefusedList({ entity, refused }: { entity: Entity; refused: Refused[] }) {
  const { t } = useTranslation()
  const { dictionary } = useSurroundings()
  const env = dictionary.environment.name
  return (
    <ul className={styles.refused}>
      {refused.slice(0, 200).map(({ id, title, problem }) => (
        <li key={id}>
          <Link to="/e/$env/$collection/$id" params={{ env, collection: entity.collection, id }}>
            {title || t('list.unnamed')}
          </Link>
          <small className="quiet">
            {Object.values(problem.details.fields ?? {}).join(' ') || problemWords(problem, t).hint}
          </small>
        </li>
      ))}
      {refused.length > 200 && <li className="quiet">{t('bulk.moreRefused', { count: refused.length - 200 })}</li>}
    </ul>
  )
}

interface Screen {
  setRunning(running: { word: string; tried: number; of: number } | null): void
  setRefused(refused: Refused[]): void
}

function useBulk(entity: Entity, query: ListQuery, { setRunning, setRefused }: Screen) {
  const { t } = useTranslation()
  const { source, dictionary, manner } = useSurroundings()
  const client = useQueryClient()
  const env = dictionary.environment.name
  const again = () => {
    void client.invalidateQueries({ queryKey: keys.lists(env, entity.name) })
    void client.invalidateQueries({ queryKey: keys.views(env, entity.name) })
  }
  const failed = (fault: unknown) => {
    const { title, hint } = problemWords(asProblem(fault), t)
    say({ tone: 'danger', text: title, hint })
  }
  const undo = async (writes: Write[]) => {
    const control = new AbortController()
    const word = t('bulk.undoing')
    setRunning({ word, tried: 0, of: writes.length })
    try {
      const told = (tried: number) => setRunning({ word, tried, of: writes.length })
      const { done, refused } = await takeBack(source, entity, writes, { signal: control.signal, told })
      say({ tone: 'done', text: t('bulk.undone', { count: done, shown: decimal(done, manner) }) })
      if (refused.length) setRefused(refused)
    } catch (fault) {
      failed(fault)
    } finally {
      setRunning(null)
      again()
    }
  }
  const run = async (action: BulkAction, given: string[] | null, word: string, control: AbortController) => {
    setRunning({ word, tried: 0, of: given?.length ?? 0 })
    try {
      const ids = given ?? (await everyId(source, entity.collection, query, control.signal))
      setRunning({ word, tried: 0, of: ids.length })
      const told = (tried: number) => setRunning({ word, tried, of: ids.length })
      const result = await runBulk(source, entity, ids, action, { signal: control.signal, told })
      const { undo: back } = result
      say(
        {
          tone: 'done',
          text: t(result.stopped ? 'bulk.stopped' : action.kind === 'remove' ? 'bulk.removed' : 'bulk.done', {
            count: result.done,
            shown: decimal(result.done, manner),
          }),
          hint: result.refused.length ? t('bulk.refused', { count: result.refused.length }) : undefined,
          action: back.length ? { label: t('record.undo'), run: () => void undo(back) } : undefined,
        },
        undoMs,
      )
      if (result.refused.length) setRefused(result.refused)
    } catch (fault) {
      if (!control.signal.aborted) failed(fault)
    } finally {
      setRunning(null)
      again()
    }
  }
  return run
}

/** A field and the value that all the chosen records get. */
function EditMany({
  entity,
  count,
  onApply,
}: {
  entity: Entity
  count: string
  onApply(field: Field, value: unknown): void
}) {
  const { t } = useTranslation()
  const { label } = useSurroundings()
  const id = useId()
  const [opened, setOpened] = useState(false)
  const [name, setName] = useState('')
  const [value, setValue] = useState<unknown>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const offered = entity.fields.filter(
    (field) =>
      !field.system &&
      !field.read_only &&
      field.type !== 'computed' &&
      field.name !== entity.states?.field &&
      fieldUi(field).filter !== null,
  )
  const found = offered.find((field) => field.name === name)
  const field = found && effective(found)
  const ui = field && fieldUi(field)
  return (
    // What floats out of it (a list of options, a calendar) is not outside.
    <Popover
      opened={opened}
      onChange={setOpened}
      position="top-start"
      width={340}
      trapFocus
      returnFocus
      closeOnClickOutside={false}
    >
      <Popover.Target>
        <Button size="xs" leftSection={<Icon name="pencil" size={14} />} onClick={() => setOpened(!opened)}>
          {t('bulk.edit')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('bulk.edit')}>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault()
            if (!field || problem) return
            setOpened(false)
            onApply(field, value)
          }}
        >
          <NativeSelect
            label={t('bulk.field')}
            data-autofocus
            value={name}
            data={[
              { value: '', label: t('fields.choose') },
              ...offered.map((one) => ({ value: one.name, label: label(one.label) })),
            ]}
            onChange={(event) => {
              setName(event.currentTarget.value)
              setValue(null)
              setProblem(null)
            }}
          />
          {field && ui && (
            <div className={styles.value} {...(ui.group ? { role: 'group', 'aria-label': label(field.label) } : {})}>
              <label htmlFor={id}>{t('bulk.value')}</label>
              <ui.Input
                key={field.name}
                id={id}
                field={field}
                label={label(field.label)}
                value={value}
                onChange={setValue}
                onProblem={setProblem}
                describedBy={problem ? `${id}-fault` : undefined}
                invalid={problem !== null}
                required={false}
                partErrors={{}}
                record={null}
                collection={entity.collection}
              />
              {problem && (
                <p id={`${id}-fault`} className={styles.fault}>
                  {problem}
                </p>
              )}
              {value === null && <p className="quiet">{t('bulk.empties')}</p>}
            </div>
          )}
          <Button type="submit" disabled={!field || problem !== null}>
            {t('bulk.apply', { shown: count })}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}
