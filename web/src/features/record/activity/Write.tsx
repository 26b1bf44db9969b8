import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { noteMade } from '../../../api/cache'
import { asProblem } from '../../../api/problem'
import type { Entity, RecordData } from '../../../api/types'
import { useSurroundings } from '../../../dictionary/context'
import { fieldOf, titlePaths } from '../../../dictionary/model'
import { fieldUi } from '../../../fields/registry'
import { MentionArea } from '../../../mentions/MentionArea'
import { problemWords } from '../../../ui/ProblemNotice'
import { say } from '../../../ui/toasts'
import styles from './Activity.module.css'
import type { Source } from './line'
import { noteOf } from './note'
import { useNote } from './useNote'

interface Props {
  owner: Entity
  record: RecordData
  source: Source
  done(): void
}

/** A few words written beside a record: they become a record of their own on its line of time. */
export function Write({ owner, record, source, done }: Props) {
  const { t } = useTranslation()
  const { dictionary, source: data } = useSurroundings()
  const client = useQueryClient()
  const [text, setText] = useNote(owner, record)
  const { entity, activity } = source
  const offers = entity.notices.some((notice) => notice.field === source.text?.name)
  const send = useMutation({
    mutationFn: () => {
      const naming = fieldOf(entity, activity.by)
      const self = naming ? fieldUi(naming).names(owner, record.id) : record.id
      const title = titlePaths(entity.title)
        .map((path) => fieldOf(entity, path))
        .find((field) => field?.type === 'text')
      const shared = sharedReferences(owner, record, entity, activity.by)
      const values = { ...shared, ...noteOf(text, title ?? null, source.text?.name ?? '') }
      return data.create(entity.collection, {
        ...values,
        [naming?.type === 'reference' ? `${activity.by}_id` : activity.by]: self,
      })
    },
    onSuccess: (made) => {
      noteMade(client, dictionary.environment.name, entity.name, made.id)
      setText('')
      done()
    },
    onError: (fault) => {
      const problem = asProblem(fault)
      const { title, hint } = problemWords(problem, t)
      // What was written stays where it is: it can be sent again.
      say({
        tone: 'danger',
        text: title,
        hint: [hint, ...Object.values(problem.details.fields ?? {})].filter(Boolean).join(' '),
      })
    },
  })
  const submit = () => {
    if (text.trim() && !send.isPending) send.mutate()
  }
  return (
    <form
      className={styles.write}
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <MentionArea
        aria-label={t('activity.write')}
        placeholder={t('activity.write')}
        description={offers && text.trim() ? t('mention.hint') : undefined}
        inputWrapperOrder={['input', 'description']}
        autosize
        minRows={1}
        maxRows={10}
        source={text}
        onSource={setText}
        offers={offers}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && event.ctrlKey) {
            // Saving the record has the same keys: this is nearer.
            event.preventDefault()
            event.stopPropagation()
            submit()
          }
        }}
      />
      {text.trim() && (
        <Button type="submit" loading={send.isPending} className={styles.send}>
          {t('activity.send')}
        </Button>
      )}
    </form>
  )
}

/** References that a new record has in common with the one it is about, such as the account of a contact. */
function sharedReferences(owner: Entity, record: RecordData, entity: Entity, by: string): Record<string, unknown> {
  const shared = entity.fields.filter((field) => {
    const own = fieldOf(owner, field.name)
    return (
      field.type === 'reference' &&
      !field.system &&
      field.name !== by &&
      own?.type === 'reference' &&
      own.to === field.to
    )
  })
  const values = shared.map((field) => [`${field.name}_id`, record[`${field.name}_id`]] as const)
  return Object.fromEntries(values.filter(([, id]) => typeof id === 'string'))
}
