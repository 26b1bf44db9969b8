import type { TFunction } from 'i18next'
import type { JournalChange } from '../../api/types'

type Teller = (change: JournalChange, t: TFunction) => string

const endings = ['asked', 'expired', 'signed_out', 'right_lost', 'person_gone'] as const
type Ending = (typeof endings)[number]

function looked(change: JournalChange, t: TFunction): string {
  const name = change.title || t('administration.audit.somebody')
  if (change.operation === 'create') return t('administration.audit.looks.began', { name })
  const said = change.changes?.ending?.[1]
  const ending: Ending = endings.find((one) => one === said) ?? 'asked'
  return t(`administration.audit.looks.${ending}`, { name })
}

const stages = ['asked', 'open', 'refused', 'ended'] as const

function assisted(change: JournalChange, t: TFunction): string {
  const name = change.title || t('administration.audit.somebody')
  const said = change.changes?.stage?.[1]
  return t(`assistance.journal.${stages.find((one) => one === said) ?? 'asked'}`, { name })
}

/** Values of earlier entries that were taken out of the journal, when somebody was erased. */
function redacted(_change: JournalChange, t: TFunction): string {
  return t('administration.audit.valuesTaken')
}

/** What happened that is told as a sentence of its own, by the entity whose records note it. */
const tellers: Record<string, Teller> = { impersonation: looked, assistance: assisted, _redaction: redacted }

/** The sentence of a change, after who made it; `null` for what is told as a record that was changed. */
export function sentenceOf(change: JournalChange, t: TFunction): string | null {
  return (change.entity && tellers[change.entity]?.(change, t)) || null
}
