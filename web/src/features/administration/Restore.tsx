import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { readAnew } from '../../api/cache'
import { keys } from '../../api/keys'
import { asProblem, type Problem } from '../../api/problem'
import type { Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'

/** Makes a record again that was deleted, however long ago, with its lines and what referred to it. */
export function Restore({ entity, id, title }: { entity: Entity; id: string; title: string }) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const env = dictionary.environment.name
  const client = useQueryClient()
  const navigate = useNavigate()
  const refused = (problem: Problem) => {
    const said = problemWords(problem, t)
    say({ tone: 'danger', text: t('administration.audit.notRestored', { title }), hint: said.hint })
  }
  const restore = useMutation({
    mutationFn: async () => {
      const [written] = await source.writeAll(entity.collection, [{ kind: 'restore', id }])
      if (written && 'problem' in written) throw written.problem
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.lists(env, entity.name) })
      void readAnew(client, keys.administration(env, 'journal'))
      const open = () =>
        void navigate({ to: '/e/$env/$collection/$id', params: { env, collection: entity.collection, id } })
      say({
        tone: 'done',
        text: t('administration.audit.restored', { title }),
        action: { label: t('administration.audit.open'), run: open },
      })
    },
    onError: (fault) => refused(asProblem(fault)),
  })
  return (
    <Button variant="default" size="compact-sm" loading={restore.isPending} onClick={() => restore.mutate()}>
      {t('administration.audit.restore')}
      <span className="hidden-text"> {title}</span>
    </Button>
  )
}
