import { Button } from '@mantine/core'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { Problem } from '../api/problem'
import type { fr } from '../i18n/fr'
import { Notice } from './Notice'

type Known = Exclude<keyof typeof fr.problem, 'retry' | 'request'>

const known: Record<Known, true> = {
  offline: true,
  forbidden: true,
  not_found: true,
  viewed: true,
  view_changed: true,
  second_factor_needed: true,
  password_change_needed: true,
  provider_failed: true,
  provider_not_theirs: true,
  provider_no_group: true,
  stale: true,
  validation: true,
  too_large: true,
  too_many: true,
  timeout: true,
  over_quota: true,
  storage_full: true,
  bad_request: true,
  csrf: true,
  unreachable: true,
  unexpected: true,
}

/** What a problem is called and what to do about it, in the language of the screen; what the server explained comes with it. */
export function problemWords(problem: Problem, t: TFunction): { title: string; hint: string } {
  const code = (problem.code in known ? problem.code : 'unexpected') as Known
  const { detail, title, request_id: request } = problem.details
  const said = detail ?? (code === 'unexpected' ? title : '')
  const reference = problem.status >= 500 && request ? t('problem.request', { id: request }) : ''
  return {
    title: t(`problem.${code}.title`),
    hint: [said || t(`problem.${code}.hint`), reference].filter(Boolean).join(' '),
  }
}

export function ProblemNotice({ problem, retry }: { problem: Problem; retry?: () => void }) {
  const { t } = useTranslation()
  const { title, hint } = problemWords(problem, t)
  return (
    <Notice tone="danger" title={title} hint={hint}>
      {retry && (
        <Button variant="default" onClick={retry}>
          {t('problem.retry')}
        </Button>
      )}
    </Notice>
  )
}
