import { useTranslation } from 'react-i18next'
import type { Problem } from '../../api/problem'
import { Notice } from '../../ui/Notice'
import { problemWords } from '../../ui/ProblemNotice'
import { type FieldMessages, fieldsWithMessages } from './messages'

/** Why a form was refused, above it: how many fields to correct, and what is said of none of them. */
export function FormMessages({
  problem,
  messages,
  others,
}: {
  problem: Problem | null
  messages: FieldMessages
  /** Rules of the whole record that do not hold as it stands. */
  others: string[]
}) {
  const { t } = useTranslation()
  const count = fieldsWithMessages(messages).size
  const said = [...new Set([...messages.others, ...others])]
  if (count > 0 || said.length > 0) {
    const title = count > 0 ? t('record.checkFields', { count }) : t('record.otherMessages')
    return <Notice tone="danger" title={title} hint={said.join(' ') || undefined} />
  }
  // Once every field was corrected nothing is wrong any more; a conflict has its own dialog.
  if (!problem || problem.details.fields || problem.code === 'stale') return null
  const { title, hint } = problemWords(problem, t)
  return <Notice tone="danger" title={title} hint={hint} />
}
