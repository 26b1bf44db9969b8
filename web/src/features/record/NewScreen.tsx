import { Button, Tabs } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keepDraft, notSettled } from '../../api/drafts'
import { asProblem } from '../../api/problem'
import type { Entity } from '../../api/types'
import { NotFound } from '../../app/Root'
import { useSurroundings } from '../../dictionary/context'
import { entityOfCollection } from '../../dictionary/model'
import { LeaveGuard } from '../../drafts/LeaveGuard'
import { copyOf } from '../../fields/copy'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import { IconAction } from '../../ui/IconAction'
import { useShortcuts } from '../../ui/shortcuts'
import { say } from '../../ui/toasts'
import { fieldNameOf } from './conflict'
import { DraftNotice } from './DraftNotice'
import { FormBody, fieldsOfTab, tabsOf } from './FormBody'
import { FormMessages } from './FormMessages'
import { faultsHere } from './faults'
import { both, fieldsWithMessages } from './messages'
import headStyles from './RecordHead.module.css'
import styles from './RecordScreen.module.css'
import { useConduct } from './useConduct'
import { useEscape } from './useEscape'
import { useRecord } from './useRecord'
import { useRecordForm } from './useRecordForm'
import { useSave } from './useSave'

export function NewScreen() {
  const { collection } = useParams({ from: '/e/$env/$collection/new' })
  const { dictionary } = useSurroundings()
  const entity = entityOfCollection(dictionary, collection)
  const { with: prefill = {}, copy } = useSearch({ from: '/e/$env/$collection/new' })
  if (!entity) return <NotFound />
  if (copy) return <Copy key={copy} entity={entity} id={copy} />
  return <NewRecord key={entity.name} entity={entity} prefill={prefill} />
}

/** A record made from another. One that is not there leaves an empty form. */
function Copy({ entity, id }: { entity: Entity; id: string }) {
  const around = useSurroundings()
  const found = useRecord(entity, id)
  if (found.isPending) return null
  return <NewRecord entity={entity} prefill={found.data ? copyOf(around, entity, found.data) : {}} />
}

function NewRecord({ entity, prefill }: { entity: Entity; prefill: Record<string, unknown> }) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const navigate = useNavigate()
  const router = useRouter()
  const page = useRef<HTMLDivElement>(null)
  const form = useRecordForm(entity, null, prefill)
  const conduct = useConduct(entity, null, form)
  const { create, waits, abandon } = useSave(entity, form, conduct)
  const tabs = tabsOf(entity, null, t)
  const [tabName, setTabName] = useState(tabs[0]?.name)
  const tab = tabs.find((one) => one.name === tabName) ?? tabs[0]
  const latest = useRef(form)
  latest.current = form
  const latestConduct = useRef(conduct)
  latestConduct.current = conduct
  const isTouched = (current: typeof form) =>
    Object.keys(current.edits).some((name) => !(name in prefill)) || Object.keys(current.misunderstood).length > 0
  const touched = isTouched(form)

  const back = () => {
    // The guard is told in the same turn that nothing is left behind.
    if (router.history.canGoBack()) router.history.back({ ignoreBlocker: true })
    else
      void navigate({
        to: '/e/$env/$collection',
        params: { env: dictionary.environment.name, collection: entity.collection },
        ignoreBlocker: true,
      })
  }
  const discard = () => {
    abandon()
    form.discard()
  }
  const setAside = () => {
    abandon()
    form.setAside()
  }
  const then = (leave: () => void) => () => {
    leave()
    back()
  }
  const showFaults = (names: string[]) => {
    const at = tabs.find((one) => fieldsOfTab(one).some((name) => names.includes(name)))
    if (at) setTabName(at.name)
    requestAnimationFrame(() => {
      const slot = names[0] ? page.current?.querySelector(`[data-field="${CSS.escape(names[0])}"]`) : null
      slot?.querySelector<HTMLElement>('input:not([type=file]), textarea, button')?.focus()
    })
  }
  const submit = () => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    requestAnimationFrame(() => {
      const faults = faultsHere(entity, latest.current, latestConduct.current)
      if (faults.length) {
        showFaults(faults)
        return
      }
      if (create.isPending) return
      const { edits } = latest.current
      create.mutate(
        { edits },
        {
          onSuccess: (record) => {
            // What was typed while it was sent is offered where the record is now.
            const since = notSettled(latest.current.edits, edits)
            if (Object.keys(since).length)
              keepDraft(
                { ...form.place, id: record.id },
                { edits: since, version: record.version ?? null, at: now().getTime() },
              )
            form.discard()
            say({ tone: 'done', text: t('record.created') })
            void navigate({
              to: '/e/$env/$collection/$id',
              params: { env: dictionary.environment.name, collection: entity.collection, id: record.id },
              replace: true,
              ignoreBlocker: true,
            })
          },
          onError: (fault) =>
            showFaults(Object.keys(asProblem(fault).details.fields ?? {}).map((key) => fieldNameOf(entity, key))),
        },
      )
    })
  }
  const { askToLeave, question } = useEscape(form, isTouched, { discard: then(discard), setAside: then(setAside) })
  useShortcuts({ 'ctrl+Enter': submit, Escape: askToLeave })
  const phone = useMediaQuery('(max-width: 767px)', false, { getInitialValueInEffect: false })
  const faults = fieldsWithMessages(both(form.messages, conduct.messages))
  if (!tab) return null
  return (
    <div className={styles.page} ref={page}>
      <header className={headStyles.head}>
        <div className={headStyles.line}>
          <IconAction
            icon="arrow-left"
            label={t('record.back')}
            shortcut="Esc"
            onClick={askToLeave}
            className={headStyles.back}
          />
          <span className={headStyles.kind}>
            <Icon name={entity.icon} size={16} />
            {label(entity.plural)}
          </span>
        </div>
        <div className={headStyles.main}>
          <h1>{t('record.newTitle', { what: label(entity.label) })}</h1>
          <div className={headStyles.actions} data-editing>
            <Button variant="default" onClick={askToLeave}>
              {t('record.cancel')}
            </Button>
            <Button
              onClick={submit}
              loading={create.isPending && !waits}
              rightSection={phone ? undefined : <span className={headStyles.key}>Ctrl ↵</span>}
            >
              {t('record.create')}
            </Button>
          </div>
        </div>
      </header>
      <div className={styles.notices}>
        <DraftNotice
          form={form}
          waits={waits}
          takeUp={() => form.offered && form.takeUp(form.offered.edits, null)}
          discard={discard}
        />
        <FormMessages problem={create.error ? asProblem(create.error) : null} form={form} conduct={conduct} />
      </div>
      <div className={styles.columns}>
        <div className={styles.sheet}>
          {tabs.length > 1 && (
            <Tabs
              value={tab.name}
              onChange={(name) => setTabName(name ?? tab.name)}
              classNames={{ list: styles.tabs, tab: styles.tab }}
            >
              <Tabs.List aria-label={label(entity.label)}>
                {tabs.map((one) => {
                  const wrong = fieldsOfTab(one).filter((name) => faults.has(name)).length
                  return (
                    <Tabs.Tab key={one.name} value={one.name} aria-controls="record-tab">
                      {label(one.label)}
                      {wrong > 0 && <span className={styles.wrong}>{wrong}</span>}
                    </Tabs.Tab>
                  )
                })}
              </Tabs.List>
            </Tabs>
          )}
          <div id="record-tab" {...(tabs.length > 1 ? { role: 'tabpanel', 'aria-label': label(tab.label) } : {})}>
            <FormBody entity={entity} tab={tab} record={null} form={form} conduct={conduct} />
          </div>
        </div>
      </div>
      {question}
      <LeaveGuard
        typed={touched}
        sent={waits && create.variables?.edits === form.edits}
        discard={discard}
        setAside={setAside}
        stays={() => false}
      />
    </div>
  )
}
