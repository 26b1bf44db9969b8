import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../api/problem'
import type { IdentityProvider } from '../api/types'
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

/** Goes on to an identity provider; `providers`: those that people go to. */
export function ProviderButtons({ providers, to }: { providers: IdentityProvider[]; to: string | undefined }) {
  const { t } = useTranslation()
  const begin = useMutation({
    mutationFn: (code: string) => source.session.beginAtProvider(code, to),
    onSuccess: (url) => window.location.assign(url),
  })
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
