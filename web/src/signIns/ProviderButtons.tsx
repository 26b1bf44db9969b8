import { Button } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '../api/keys'
import { asProblem } from '../api/problem'
import { source } from '../app/source'
import { Icon } from '../icons/Icon'
import { Notice } from '../ui/Notice'
import { problemWords } from '../ui/ProblemNotice'
import styles from './ProviderButtons.module.css'
import { ProviderRefusal } from './ProviderRefusal'

function Refusal({ thrown }: { thrown: Error }) {
  const { t } = useTranslation()
  const problem = asProblem(thrown)
  if (problem.code === 'provider_failed') return <ProviderRefusal reason="unreachable" />
  const { title, hint } = problemWords(problem, t)
  return <Notice tone="danger" title={title} hint={hint} />
}

/** Ways to sign in that the company of an address has of its own. */
export function ProviderButtons({ email, to }: { email: string; to: string | undefined }) {
  const { t } = useTranslation()
  const typed = /@([^@\s]+\.[^@\s.]{2,})$/.exec(email.trim())?.[1]?.toLowerCase() ?? ''
  // Asked once one has typed, not at each letter.
  const [domain] = useDebouncedValue(typed, 250)
  const found = useQuery({
    queryKey: keys.providers(domain),
    queryFn: ({ signal }) => source.session.providers(domain, { signal }),
    enabled: domain !== '',
  })
  const begin = useMutation({
    mutationFn: (code: string) => source.session.beginAtProvider(code, to),
    onSuccess: (url) => window.location.assign(url),
  })
  const providers = domain === typed ? (found.data ?? []) : []
  if (providers.length === 0) return null
  return (
    <>
      <p className={styles.or}>{t('provider.or')}</p>
      {begin.error && <Refusal thrown={begin.error} />}
      {providers.map((provider) => (
        <Button
          key={provider.code}
          variant="default"
          fullWidth
          styles={{ root: { height: 40 } }}
          leftSection={<Icon name="login" size={18} />}
          loading={begin.isPending || begin.isSuccess}
          onClick={() => begin.mutate(provider.code)}
        >
          {t('provider.with', { name: provider.name })}
        </Button>
      ))}
    </>
  )
}
