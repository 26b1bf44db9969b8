import { Button, Drawer, Tabs } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem, type Problem } from '../../api/problem'
import type { Entity, RecordData, Transition } from '../../api/types'
import { NotFound } from '../../app/Root'
import { useSurroundings } from '../../dictionary/context'
import { may } from '../../dictionary/may'
import { entityOfCollection, fieldOf, titleOf } from '../../dictionary/model'
import { LeaveGuard } from '../../drafts/LeaveGuard'
import { useLive } from '../../live/live'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { Bar, Late } from '../../ui/Late'
import { Notice } from '../../ui/Notice'
import { ProblemNotice, problemWords } from '../../ui/ProblemNotice'
import { useShortcuts } from '../../ui/shortcuts'
import { say } from '../../ui/toasts'
import { lastList, noteOpened } from '../../visits/lastList'
import { noteVisit } from '../../visits/visits'
import { Aside, type Side } from './Aside'
import { ChangedNotice, type Told } from './ChangedNotice'
import { ConflictDialog } from './ConflictDialog'
import { fieldNameOf, type StaleWrite, staleWrite } from './conflict'
import { DraftNotice } from './DraftNotice'
import { deleteLater } from './deleteLater'
import { FormBody, fieldsOfTab, tabsOf } from './FormBody'
import { FormMessages } from './FormMessages'
import { faultsHere } from './faults'
import { both, fieldsWithMessages, noMessages } from './messages'
import { RecordHead } from './RecordHead'
import styles from './RecordScreen.module.css'
import { Tiles } from './Tiles'
import { useConduct } from './useConduct'
import { useEscape } from './useEscape'
import { usePresence } from './usePresence'
import { useNeighbours, useRecord } from './useRecord'
import { useRecordForm } from './useRecordForm'
import { useSave } from './useSave'
import { useTakeUp } from './useTakeUp'

export function RecordScreen() {
  const { collection, id } = useParams({ from: '/e/$env/$collection/$id' })
  const { dictionary } = useSurroundings()
  const entity = entityOfCollection(dictionary, collection)
  // Another record is another screen: no edit of the former stays.
  return entity ? <Loaded key={`${entity.name} ${id}`} entity={entity} id={id} /> : <NotFound />
}

function Loaded({ entity, id }: { entity: Entity; id: string }) {
  const { t } = useTranslation()
  const { dictionary } = useSurroundings()
  const navigate = useNavigate()
  const found = useRecord(entity, id)
  const back = () => {
    const env = dictionary.environment.name
    void navigate({
      to: '/e/$env/$collection',
      params: { env, collection: entity.collection },
      search: (lastList(env, entity.name)?.search ?? {}) as never,
    })
  }
  if (found.data)
    return <Shown entity={entity} record={found.data} gone={found.error ? asProblem(found.error) : null} back={back} />
  if (found.error) {
    const problem = asProblem(found.error)
    return problem.status === 404 ? (
      <EmptyMessage icon={entity.icon} title={t('record.gone.title')} hint={t('record.gone.hint')}>
        <Button onClick={back}>{t('record.back')}</Button>
      </EmptyMessage>
    ) : (
      <div className={styles.problem}>
        <ProblemNotice problem={problem} retry={() => void found.refetch()} />
      </div>
    )
  }
  return <Waiting label={t('record.loading')} />
}

interface ShownProps {
  entity: Entity
  record: RecordData
  /** The last reading failed: the record is no longer there. */
  gone: Problem | null
  back(): void
}

function Shown({ entity, record, gone, back }: ShownProps) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const { dictionary, label, source } = around
  const env = dictionary.environment.name
  const client = useQueryClient()
  const navigate = useNavigate({ from: '/e/$env/$collection/$id' })
  const search = useSearch({ from: '/e/$env/$collection/$id' })
  const wide = useMediaQuery('(min-width: 1180px)', true, { getInitialValueInEffect: false })
  const [asideOpen, setAsideOpen] = useState(false)
  const [stale, setStale] = useState<StaleWrite | null>(null)
  const [told, setTold] = useState<Told | null>(null)
  const page = useRef<HTMLDivElement>(null)

  const form = useRecordForm(entity, record)
  const conduct = useConduct(entity, record, form)
  const save = useSave(entity, form, conduct)
  const changes = may(entity, record, 'update')
  const editing = changes && (search.edit === true || form.typed)
  const people = usePresence(entity, record.id, editing)
  const neighbours = useNeighbours(entity, record.id)
  const title = titleOf(record)
  const tabs = tabsOf(entity, record, t)
  const tab = tabs.find((one) => one.name === search.tab) ?? tabs[0]

  // What was opened is remembered elsewhere: outside this screen, so an effect.
  useEffect(() => {
    noteVisit(dictionary, { entity: entity.name, id: record.id, title })
    noteOpened(env, entity.name, record.id)
  }, [dictionary, env, entity.name, record.id, title])

  useLive((event) => {
    if (event.entity !== entity.name || event.id !== record.id) return
    const mine = event.actor === dictionary.me.id
    const fields = [...new Set(event.fields.map((key) => fieldNameOf(entity, key)))].filter(
      (name) => !fieldOf(entity, name)?.system,
    )
    if (
      event.operation === 'update' &&
      form.dirty &&
      !save.update.isPending &&
      !fields.some((name) => name in form.edits)
    ) {
      // Nothing typed here is touched: the edits go on from the new version.
      form.rebase(event.position)
    }
    const theirs = fields.filter((name) => fieldOf(entity, name)?.type !== 'computed')
    if (mine || event.operation !== 'update' || theirs.length === 0) return
    const what = theirs.map((name) => label(fieldOf(entity, name)?.label)).filter(Boolean)
    setTold({ who: event.actor, what: what.join(', ') })
  })

  const edit = (field?: string) => {
    if (!changes) return
    void navigate({ search: { ...search, edit: true }, replace: true }).then(() => focusField(page.current, field))
  }
  /** The record as it is read, once its form is closed. */
  const close = () => {
    setTold(null)
    void navigate({ search: search.tab ? { tab: search.tab } : {}, replace: true, ignoreBlocker: true })
  }
  const discard = () => {
    save.abandon()
    form.discard()
  }
  const setAside = () => {
    save.abandon()
    form.setAside()
  }
  const stop = () => {
    discard()
    close()
  }
  const takeUp = useTakeUp(entity, record, form, () => edit())
  const showFaults = (names: Set<string>) => {
    const at = tabs.find((one) => fieldsOfTab(one).some((name) => names.has(name)))
    if (at && at.name !== tab?.name)
      void navigate({ search: { ...search, tab: at.name }, replace: true, ignoreBlocker: true })
    requestAnimationFrame(() => focusField(page.current, [...names][0]))
  }
  const latest = useRef(form)
  latest.current = form
  const latestConduct = useRef(conduct)
  latestConduct.current = conduct
  const again = useRef(false)
  const send = (options: { version: number | null; except?: string[] }) => {
    if (save.update.isPending) {
      // What is typed while a save waits for the server follows it.
      again.current = true
      return
    }
    again.current = false
    const edits = latest.current.edits
    save.update.mutate(
      { id: record.id, edits, ...options },
      {
        onSuccess: (saved) => {
          setStale(null)
          say({ tone: 'done', text: t('record.saved') })
          const version = saved?.version ?? latest.current.version
          if (latest.current.settle(edits, version)) close()
          else if (again.current) requestAnimationFrame(() => send({ version }))
        },
        onError: (fault) => {
          const problem = asProblem(fault)
          if (problem.code === 'stale') {
            const write = staleWrite(entity, problem.details, Object.keys(form.edits))
            setStale(write)
            // Changed elsewhere but not where it was edited here: nothing to decide, the edits stand.
            if (write && write.conflicts.length === 0) send({ version: write.current.version ?? null })
          } else if (problem.details.fields) {
            setStale(null)
            requestAnimationFrame(() =>
              page.current?.querySelector<HTMLElement>('[data-fault]')?.scrollIntoView({ block: 'center' }),
            )
            showFaults(new Set(Object.keys(problem.details.fields).map((key) => fieldNameOf(entity, key))))
          }
        },
      },
    )
  }
  const submit = () => {
    // A field that is still being typed in says what it understood when it is left.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    requestAnimationFrame(() => {
      if (!latest.current.typed) {
        stop()
        return
      }
      const unfit = faultsHere(entity, latest.current, latestConduct.current)
      if (unfit.length) showFaults(new Set(unfit))
      else send({ version: latest.current.version })
    })
  }
  const move = useMutation({
    mutationFn: (transition: Transition) =>
      source.transition(entity.collection, record.id, transition.name, record.version),
    onSuccess: (_record, transition) => {
      void client.invalidateQueries({ queryKey: keys.record(env, entity.name, record.id) })
      void client.invalidateQueries({ queryKey: keys.history(env, entity.name, record.id) })
      say({ tone: 'done', text: label(transition.label) })
    },
    onError: (fault) => {
      const problem = asProblem(fault)
      const { title: text, hint } = problemWords(problem, t)
      const fields = Object.values(problem.details.fields ?? {}).join(' ')
      say({ tone: 'danger', text, hint: [hint, fields].filter(Boolean).join(' ') })
      void client.invalidateQueries({ queryKey: keys.record(env, entity.name, record.id) })
    },
  })
  const remove = () => {
    deleteLater(client, around, entity, record)
    back()
  }
  const go = (id: string | null) => {
    if (id && !editing) void navigate({ params: { id } as never, search: search.tab ? { tab: search.tab } : {} })
  }
  const { askToLeave, question } = useEscape(form, (current) => current.typed, {
    discard: stop,
    setAside: () => {
      setAside()
      close()
    },
  })
  useShortcuts(
    editing
      ? { 'ctrl+Enter': submit, Escape: askToLeave }
      : { e: () => edit(), Escape: back, j: () => go(neighbours.next), k: () => go(neighbours.previous) },
  )

  const faults = fieldsWithMessages(editing ? both(form.messages, conduct.messages) : noMessages)
  const problem = save.update.error ? asProblem(save.update.error) : null
  const openTab = (name: string | null) =>
    void navigate({ search: { ...search, tab: name ?? undefined } as never, replace: true, ignoreBlocker: true })
  const showSide = (side: Side) =>
    void navigate({ search: { ...search, side } as never, replace: true, ignoreBlocker: true })
  const aside = <Aside entity={entity} record={record} side={search.side} show={showSide} />
  const besideWord = entity.form.activity.length ? t('activity.beside') : t('history.title')
  if (!tab) return null
  return (
    <div className={styles.page} ref={page}>
      <RecordHead
        entity={entity}
        record={record}
        editing={editing}
        dirty={form.typed}
        saving={save.update.isPending}
        waits={save.waits}
        people={people}
        neighbours={neighbours}
        back={back}
        go={go}
        edit={() => edit()}
        submit={submit}
        cancel={askToLeave}
        remove={remove}
        move={(transition) => move.mutate(transition)}
        beside={wide ? undefined : { word: besideWord, open: () => setAsideOpen(true) }}
      />
      <Tiles entity={entity} record={record} open={openTab} />
      <div className={styles.notices}>
        {gone?.status === 404 && <Notice tone="warning" title={t('record.gone.title')} hint={t('record.gone.hint')} />}
        {changes && <DraftNotice form={form} waits={save.waits} takeUp={() => void takeUp.takeUp()} discard={stop} />}
        {told && <ChangedNotice entity={entity} told={told} dirty={form.dirty} close={() => setTold(null)} />}
        {editing && <FormMessages problem={problem} form={form} conduct={conduct} />}
      </div>
      <div className={styles.columns} data-wide={wide || undefined}>
        <div className={styles.sheet}>
          {tabs.length > 1 && (
            <Tabs value={tab.name} onChange={openTab} classNames={{ list: styles.tabs, tab: styles.tab }}>
              <Tabs.List aria-label={title}>
                {tabs.map((one) => {
                  const wrong = fieldsOfTab(one).filter((name) => faults.has(name)).length
                  return (
                    <Tabs.Tab key={one.name} value={one.name} aria-controls="record-tab">
                      {label(one.label)}
                      {wrong > 0 && (
                        <span className={styles.wrong} title={t('record.checkFields', { count: wrong })}>
                          {wrong}
                        </span>
                      )}
                    </Tabs.Tab>
                  )
                })}
              </Tabs.List>
            </Tabs>
          )}
          <div id="record-tab" {...(tabs.length > 1 ? { role: 'tabpanel', 'aria-label': label(tab.label) } : {})}>
            <FormBody
              entity={entity}
              tab={tab}
              record={record}
              form={editing ? form : null}
              conduct={conduct}
              onEdit={editing ? undefined : edit}
            />
          </div>
        </div>
        {wide && (
          <aside className={styles.aside} aria-label={besideWord}>
            {aside}
          </aside>
        )}
      </div>
      {!wide && (
        <Drawer
          opened={asideOpen}
          onClose={() => setAsideOpen(false)}
          position="right"
          size="md"
          title={besideWord}
          closeButtonProps={{ 'aria-label': t('common.close') }}
        >
          {aside}
        </Drawer>
      )}
      {stale && stale.conflicts.length > 0 && (
        <ConflictDialog
          entity={entity}
          stale={stale}
          mine={(field) => form.value(field)}
          onLater={() => setStale(null)}
          onSave={(givenUp) => {
            const kept = Object.keys(form.edits).filter((name) => !givenUp.includes(name))
            if (kept.length) send({ version: stale.current.version ?? null, except: givenUp })
            else {
              setStale(null)
              stop()
              void client.invalidateQueries({ queryKey: keys.record(env, entity.name, record.id) })
            }
          }}
        />
      )}
      {takeUp.behind && (
        <ConflictDialog
          entity={entity}
          stale={takeUp.behind.stale}
          mine={(field) => takeUp.behind?.draft.edits[field.name]}
          goesOn
          onLater={takeUp.later}
          onSave={takeUp.choose}
        />
      )}
      {question}
      <LeaveGuard
        typed={form.typed}
        sent={save.waits && save.update.variables?.edits === form.edits}
        discard={discard}
        setAside={setAside}
        stays={(path) => path.includes(`/${record.id}`)}
      />
    </div>
  )
}

/** Puts the keyboard in a field, or in the first that can be typed in. */
function focusField(page: HTMLElement | null, field: string | undefined): void {
  requestAnimationFrame(() => {
    const slot = field
      ? page?.querySelector(`[data-field="${CSS.escape(field)}"]`)
      : page?.querySelector('[data-field]:has(input, textarea)')
    slot?.querySelector<HTMLElement>('input:not([type=file]), textarea, button')?.focus()
  })
}

function Waiting({ label }: { label: string }) {
  return (
    <Late label={label}>
      <div className={styles.waiting}>
        <Bar width="32%" />
        <Bar width="18%" />
        <div className={styles.waitingGrid}>
          {['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => (
            <Bar key={key} width="70%" />
          ))}
        </div>
      </div>
    </Late>
  )
}
