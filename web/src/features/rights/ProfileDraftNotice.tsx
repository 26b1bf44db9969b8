import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { saidInstant } from '../../format/dates'
import { now } from '../../format/now'
import { Notice } from '../../ui/Notice'
import { say } from '../../ui/toasts'
import type { ProfileDraft } from './useProfileDraft'

/** Says that what was typed was found again, or can be gone on with. */
export function ProfileDraftNotice({ draft }: { draft: ProfileDraft }) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  if (draft.outdated)
    return <Notice tone="warning" title={t('rights.edit.outdated')} hint={t('rights.edit.outdatedHint')} />
  if (draft.restored) {
    return (
      <Notice tone="info" title={t('record.draft')}>
        <Button variant="default" onClick={draft.forget}>
          {t('record.discard')}
        </Button>
      </Notice>
    )
  }
  if (draft.offered === null) return null
  const drop = () => {
    const restore = draft.turnDown()
    say({ tone: 'done', text: t('record.draftDropped'), action: { label: t('record.undo'), run: restore } }, 8000)
  }
  return (
    <Notice
      tone="info"
      title={t('record.draftOffered', { when: saidInstant(new Date(draft.offered).toISOString(), now(), manner) })}
    >
      <Button onClick={draft.takeUp}>{t('record.draftTakeUp')}</Button>
      <Button variant="default" onClick={drop}>
        {t('record.draftDrop')}
      </Button>
    </Notice>
  )
}
