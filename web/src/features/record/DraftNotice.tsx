import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { saidInstant } from '../../format/dates'
import { now } from '../../format/now'
import { Notice } from '../../ui/Notice'
import { say } from '../../ui/toasts'
import type { RecordForm } from './useRecordForm'

interface Props {
  form: RecordForm
  /** A save of this form, or of one that was left, waits for the server. */
  waits: boolean
  /** Goes on with what is offered. */
  takeUp(): void
  /** Gives up what was found again. */
  discard(): void
}

/** Says what becomes of what was typed: that it waits to be sent, was found again, or can be gone on with. */
export function DraftNotice({ form, waits, takeUp, discard }: Props) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const { offered } = form
  if (waits) return <Notice tone="info" title={t('record.waits.title')} hint={t('record.waits.hint')} />
  if (form.restored && form.typed)
    return (
      <Notice tone="info" title={t('record.draft')} hint={form.withoutFiles ? t('record.draftFiles') : undefined}>
        <Button variant="default" onClick={discard}>
          {t('record.discard')}
        </Button>
      </Notice>
    )
  if (!offered || form.typed) return null
  const drop = () => {
    const restore = form.turnDown()
    say({ tone: 'done', text: t('record.draftDropped'), action: { label: t('record.undo'), run: restore } }, 8000)
  }
  const when = saidInstant(new Date(offered.at).toISOString(), now(), manner)
  return (
    <Notice
      tone="info"
      title={t('record.draftOffered', { when })}
      hint={offered.withoutFiles ? t('record.draftFiles') : undefined}
    >
      <Button onClick={takeUp}>{t('record.draftTakeUp')}</Button>
      <Button variant="default" onClick={drop}>
        {t('record.draftDrop')}
      </Button>
    </Notice>
  )
}
