import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import { link } from '../../app/source'
import { useSurroundings } from '../../dictionary/context'
import { clock } from '../../format/dates'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import { problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import styles from './ViewedBand.module.css'

/** Says, as long as it lasts, as whom one looks, that nothing can be changed, and leads back to oneself. */
export function ViewedBand({ until }: { until: string }) {
  const { t } = useTranslation()
  const { dictionary, source, manner } = useSurroundings()
  const { name } = dictionary.me
  const client = useQueryClient()
  const env = dictionary.environment.name
  const back = useMutation({
    mutationFn: () => source.rights.lookAsMyself(),
    // A page of its own: nothing that was read as somebody else stays in memory.
    onSuccess: () => link.lookedOtherwise(`/admin/${encodeURIComponent(env)}/people`),
    onError: (fault) => {
      const { title, hint } = problemWords(asProblem(fault), t)
      say({ tone: 'danger', text: title, hint })
    },
  })
  // It ends by itself, and then the server says so to whoever asks: this page is not left as it was.
  useEffect(() => {
    const ask = () => void client.invalidateQueries({ queryKey: keys.dictionary(env) })
    const timer = setTimeout(ask, Math.max(Date.parse(until) - now().getTime(), 0) + 1_000)
    return () => clearTimeout(timer)
  }, [until, env, client])
  return (
    <section className={styles.band} aria-label={t('frame.viewed.label')}>
      <Icon name="eye" />
      <p className={styles.words}>
        <strong>{t('frame.viewed.as', { name })}</strong>{' '}
        <span>{t('frame.viewed.hint', { time: clock(new Date(until), manner) })}</span>
      </p>
      <Button className={styles.back} size="xs" loading={back.isPending} onClick={() => back.mutate()}>
        {t('frame.viewed.back')}
      </Button>
    </section>
  )
}
