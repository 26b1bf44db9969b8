import type { Outcome } from '../../api/source'

export type Step = 'file' | 'columns' | 'preview' | 'report'

/** What of the assistant is in its address. */
export interface ImportSearch {
  import?: string
  step?: Step
  /** Rows of the preview that are shown. */
  show?: Outcome | undefined
}

const steps = ['file', 'columns', 'preview', 'report']
const outcomes = ['create', 'update', 'same', 'refuse']

export function importSearchOf(search: Record<string, unknown>): ImportSearch {
  const { import: id, step, show } = search
  return {
    ...(typeof id === 'string' && /^[0-9a-f-]{1,40}$/.test(id) ? { import: id } : {}),
    ...(typeof step === 'string' && steps.includes(step) ? { step: step as Step } : {}),
    ...(typeof show === 'string' && outcomes.includes(show) ? { show: show as Outcome } : {}),
  }
}
