import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../../api/problem'
import type { Person } from '../../api/types'
import { link } from '../../app/source'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'

/** Shows the whole application as somebody sees it, until one goes back. */
export function LookAs({ person }: { person: Person }) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const env = dictionary.environment.name
  const look = useMutation({
    mutationFn: () => source.rights.lookAs(person.id),
    // A page of its own: nothing that was read as oneself stays in memory.
    onSuccess: () => link.lookedOtherwise(`/e/${encodeURIComponent(env)}`),
    onError: (fault) => {
      const { title, hint } = problemWords(asProblem(fault), t)
      say({ tone: 'danger', text: title, hint })
    },
  })
  return (
    <Button
      variant="default"
      leftSection={<Icon name="eye" size={16} />}
      title={t('rights.person.lookHint')}
      loading={look.isPending}
      onClick={() => look.mutate()}
    >
      {t('rights.person.look', { name: person.name })}
    </Button>
  )
}
