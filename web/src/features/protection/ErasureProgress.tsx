import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import { useSurroundings } from '../../dictionary/context'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { erasedWords } from './words'

/** How often an erasure that goes on is asked how far it is, in milliseconds. */
const PERIOD = 700

/** How far an erasure is: it is followed until it is done, and taken up again where it was interrupted. */
export function ErasureProgress({ id, onDone }: { id: string; onDone(): void }) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const env = dictionary.environment.name
  const found = useQuery({
    queryKey: keys.administration(env, 'erasure', id),
    queryFn: ({ signal }) => source.protection.erasure(id, { signal }),
    refetchInterval: ({ state }) => (state.data?.live ? PERIOD : false),
  })
  const resume = useMutation({
    mutationFn: () => source.protection.resume(id),
    onSuccess: () => void found.refetch(),
  })
  const erasure = found.data
  const done = erasure?.done_at != null
  const told = useRef(false)
  useEffect(() => {
    if (done && !told.current) {
      told.current = true
      onDone()
    }
  }, [done, onDone])
  if (found.error) return <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />
  if (!erasure) return null
  if (done) return <Notice tone="info" title={t('protection.erase.done')} hint={erasedWords(erasure, t)} />
  if (erasure.live)
    return <Notice tone="info" title={t('protection.erase.going')} hint={t(`protection.erase.step.${erasure.step}`)} />
  return (
    <Notice tone="warning" title={t('protection.erase.stopped')} hint={t('protection.erase.stoppedHint')}>
      <Button variant="default" loading={resume.isPending} onClick={() => resume.mutate()}>
        {t('protection.erase.resume')}
      </Button>
    </Notice>
  )
}
