import { useTranslation } from 'react-i18next'
import type { Problem } from '../../api/problem'
import { Notice } from '../../ui/Notice'
import { problemWords } from '../../ui/ProblemNotice'
import { both, fieldsWithMessages, noMessages } from './messages'
import type { Conduct } from './useConduct'
import type { RecordForm } from './useRecordForm'

/** Why a form was refused, above it: how many fields to correct, and what is said of none of them. */
export function FormMessages({
  problem,
  form,
  conduct,
}: {
  problem: Problem | null
  form: RecordForm
  conduct: Conduct
}) {
  const { t } = useTranslation()
  // While one types, each field says what is wrong with it: nothing above them moves.
  const here = conduct.insists ? conduct.messages : { ...noMessages, others: conduct.messages.others }
  const messages = both(form.messages, here)

  const count = fieldsWithMessages(messages).size
  if (count > 0 || messages.others.length > 0) {
    const title = count > 0 ? t('record.checkFields', { count }) : t('record.otherMessages')
    return <Notice tone="danger" title={title} hint={messages.others.join(' ') || undefined} />
  }
  // Once every field was corrected nothing is wrong any more; a conflict has its own dialog.
  if (!problem || problem.details.fields || problem.code === 'stale') return null
  const { title, hint } = problemWords(problem, t)
  return <Notice tone="danger" title={title} hint={hint} />
}
