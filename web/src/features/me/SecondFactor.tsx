import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import { source } from '../../app/source'
import { useSurroundings } from '../../dictionary/context'
import { saidInstant } from '../../format/dates'
import { now } from '../../format/now'
import { CodeInput } from '../../signIns/CodeFields'
import { FactorEnrolment, Fault } from '../../signIns/FactorEnrolment'
import { RecoveryCodes } from '../../signIns/RecoveryCodes'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Tag } from '../../ui/Tag'
import styles from './Me.module.css'

type Doing = 'add' | 'renew' | 'remove'

/** The person's second factor: whether there is one, and what can be done to it. */
export function SecondFactor() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { manner } = useSurroundings()
  const [doing, setDoing] = useState<Doing | null>(null)
  const found = useQuery({
    queryKey: keys.secondFactor,
    queryFn: ({ signal }) => source.session.secondFactor.read({ signal }),
    staleTime: 0,
  })
  const end = () => {
    setDoing(null)
    void client.invalidateQueries({ queryKey: keys.secondFactor })
    void client.invalidateQueries({ queryKey: keys.devices })
    void client.invalidateQueries({ queryKey: keys.session })
  }
  if (found.error) return <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />
  if (!found.data)
    return (
      <Late label={t('common.loading')}>
        <Bar width="40%" />
      </Late>
    )
  const { since, recovery_left: left } = found.data
  if (doing === 'add') return <FactorEnrolment done={end} />
  if (doing) return <WithCode doing={doing} done={end} />
  if (!since)
    return (
      <>
        <p className="quiet">{t('factor.none')}</p>
        <Button className={styles.foot} onClick={() => setDoing('add')}>
          {t('factor.add')}
        </Button>
      </>
    )
  return (
    <>
      <p>
        <Tag colour="sage" word={t('factor.since', { when: saidInstant(since, now(), manner) })} />
      </p>
      <p className="quiet">{t('factor.recovery.left', { count: left })}</p>
      <div className={styles.actions}>
        <Button variant="default" onClick={() => setDoing('renew')}>
          {t('factor.recovery.renew')}
        </Button>
        <Button variant="default" onClick={() => setDoing('remove')}>
          {t('factor.remove')}
        </Button>
      </div>
    </>
  )
}

/** What is done to a second factor is done with a code of it. */
function WithCode({ doing, done }: { doing: Exclude<Doing, 'add'>; done(): void }) {
  const { t } = useTranslation()
  const [code, setCode] = useState('')
  const act = useMutation({
    mutationFn: async (): Promise<string[] | null> => {
      if (doing === 'renew') return source.session.secondFactor.renew(code)
      await source.session.secondFactor.remove(code)
      return null
    },
    onSuccess: (codes) => {
      if (!codes) done()
    },
    onError: () => setCode(''),
  })
  if (act.data) return <RecoveryCodes codes={act.data} done={done} />
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!act.isPending) act.mutate()
  }
  return (
    <form className={styles.code} onSubmit={submit}>
      <Fault error={act.error} field="code" />
      <CodeInput
        label={t('factor.code')}
        description={t('factor.codeHint')}
        value={code}
        error={act.error ? asProblem(act.error).details.fields?.code : undefined}
        onChange={setCode}
        focused
      />
      <div className={styles.actions}>
        <Button type="submit" color={doing === 'remove' ? 'madder' : undefined} loading={act.isPending}>
          {t(doing === 'remove' ? 'factor.remove' : 'factor.recovery.renew')}
        </Button>
        <Button variant="default" onClick={done}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  )
}
