import { useTranslation } from 'react-i18next'
import { asProblem } from '../../api/problem'
import { Notice } from '../../ui/Notice'
import { problemWords } from '../../ui/ProblemNotice'

/** Why somebody was not let in. */
export function SignInRefusal({ thrown }: { thrown: Error }) {
  const { t } = useTranslation()
  const problem = asProblem(thrown)
  if (problem.code === 'wrong_credentials') return <Notice tone="danger" title={t('signIn.wrong')} />
  if (problem.code === 'password_expired') return <Notice tone="warning" title={t('password.expired')} />
  // The field says it.
  if (problem.details.fields?.code) return null
  const wait = problem.details.retry_after_s
  if (problem.status === 429) return <Notice tone="warning" title={t('signIn.throttled', { count: wait ?? 30 })} />
  const { title, hint } = problemWords(problem, t)
  return <Notice tone="danger" title={title} hint={hint} />
}
