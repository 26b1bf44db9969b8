import { Button, Popover, Radio, SegmentedControl } from '@mantine/core'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../../api/problem'
import type { ListQuery } from '../../api/source'
import type { Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { todayOf } from '../../fields/filters/periods'
import { decimal } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import type { Column } from '../../table/columns'
import { IconAction } from '../../ui/IconAction'
import { problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import styles from './ExportMenu.module.css'

interface Props {
  entity: Entity
  query: ListQuery
  columns: Column[]
  /** Of the view shown: the file is called so. */
  name: string
}

/** The whole list as a file, as it is filtered, sorted and arranged. */
export function ExportMenu({ entity, query, columns, name }: Props) {
  const { t } = useTranslation()
  const { source, manner } = useSurroundings()
  const [opened, setOpened] = useState(false)
  const [format, setFormat] = useState<'csv' | 'xlsx'>('xlsx')
  const [labels, setLabels] = useState(true)
  const [running, setRunning] = useState<{ records: number | null } | null>(null)
  const stop = useRef<AbortController | null>(null)
  const run = async () => {
    const control = new AbortController()
    stop.current = control
    setRunning({ records: null })
    const called = `${name} ${todayOf(manner)}`
    const { where, search, order } = query
    const asked = {
      format,
      labels,
      columns: columns.map((column) => column.path),
      name: called,
      ...(where ? { where } : {}),
      ...(search ? { search } : {}),
      ...(order ? { order } : {}),
    }
    try {
      const told = (records: number) => setRunning({ records })
      const { file, records } = await source.exported(entity.collection, asked, { signal: control.signal, told })
      keep(file, `${called}.${format}`)
      say(
        {
          tone: 'done',
          text: t('export.done', { count: records, shown: decimal(records, manner) }),
          hint: `${called}.${format}`,
        },
        8000,
      )
      setOpened(false)
    } catch (fault) {
      if (!control.signal.aborted) {
        const { title, hint } = problemWords(asProblem(fault), t)
        say({ tone: 'danger', text: t('export.failed'), hint: hint ?? title })
      }
    } finally {
      setRunning(null)
    }
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={320} trapFocus returnFocus>
      <Popover.Target>
        <IconAction icon="download" label={t('export.title')} onClick={() => setOpened(!opened)} />
      </Popover.Target>
      <Popover.Dropdown aria-label={t('export.title')}>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault()
            void run()
          }}
        >
          <SegmentedControl
            fullWidth
            aria-label={t('export.format')}
            value={format}
            onChange={(next) => setFormat(next as 'csv' | 'xlsx')}
            data={[
              { value: 'xlsx', label: 'Excel (XLSX)' },
              { value: 'csv', label: 'CSV' },
            ]}
          />
          <Radio.Group
            value={labels ? 'labels' : 'names'}
            onChange={(next) => setLabels(next === 'labels')}
            label={t('export.content')}
          >
            <div className={styles.choices}>
              <Radio size="xs" value="labels" label={t('export.labels')} description={t('export.labelsHint')} />
              <Radio size="xs" value="names" label={t('export.names')} description={t('export.namesHint')} />
            </div>
          </Radio.Group>
          <p className={styles.hint}>{t('export.hint', { count: columns.length })}</p>
          {running ? (
            <div className={styles.running}>
              <span role="status" className="figures">
                {running.records === null
                  ? t('export.preparing')
                  : t('export.progress', { count: running.records, shown: decimal(running.records, manner) })}
              </span>
              <Button size="xs" variant="default" onClick={() => stop.current?.abort()}>
                {t('common.cancel')}
              </Button>
            </div>
          ) : (
            <Button type="submit" leftSection={<Icon name="download" size={16} />}>
              {t('export.run')}
            </Button>
          )}
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}

/** Hands a file to the person, as if they had followed a link to it. */
function keep(file: Blob, name: string): void {
  const address = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
