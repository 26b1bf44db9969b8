import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Assistance as Access } from '../../api/types'
import { assistancesOf } from '../../assistance/assistances'
import { useSurroundings } from '../../dictionary/context'
import { nearInstant } from '../../format/dates'
import { now } from '../../format/now'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice, problemWords } from '../../ui/ProblemNotice'
import { Tag } from '../../ui/Tag'
import { say } from '../../ui/toasts'
import { useProfiles } from '../rights/useProfiles'
import { AdminPage } from './AdminPage'
import styles from './Assistance.module.css'

type Answer = 'approve' | 'refuse' | 'end'

/** What operators and integrators ask to see here, what is open, and what was. */
export function Assistance() {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const { name } = dictionary.environment
  const found = useQuery({
    ...assistancesOf(name, source),
    enabled: dictionary.me.powers.includes('administer'),
  })
  const now = (found.data ?? []).filter(({ stage }) => stage === 'asked' || stage === 'open')
  const past = (found.data ?? []).filter(({ stage }) => stage !== 'asked' && stage !== 'open')
  return (
    <AdminPage title={t('assistance.title')} hint={t('assistance.intro')}>
      {found.error && <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />}
      {found.isPending && (
        <Late label={t('common.loading')}>
          <Bar width="60%" />
        </Late>
      )}
      {found.data && now.length === 0 && (
        <EmptyMessage icon="key" title={t('assistance.none.title')} hint={t('assistance.none.hint')} />
      )}
      {now.length > 0 && <Accesses label={t('assistance.title')} accesses={now} />}
      {past.length > 0 && (
        <section aria-labelledby="past-title">
          <h2 id="past-title">{t('assistance.past')}</h2>
          <Accesses label={t('assistance.past')} accesses={past} />
        </section>
      )}
    </AdminPage>
  )
}

function Accesses({ label, accesses }: { label: string; accesses: Access[] }) {
  return (
    <ul className={styles.list} aria-label={label}>
      {accesses.map((one) => (
        <One key={one.id} one={one} />
      ))}
    </ul>
  )
}

const colours = { asked: 'weld', open: 'plum', refused: 'ink', ended: 'ink' } as const

function One({ one }: { one: Access }) {
  const { t } = useTranslation()
  const { dictionary, source, manner, label } = useSurroundings()
  const env = dictionary.environment.name
  const client = useQueryClient()
  const answer = useMutation({
    mutationFn: (said: Answer) => source.administration.assistance.answer(one.id, said),
    onSuccess: (next, said) => {
      client.setQueryData(keys.administration(env, 'assistance'), next)
      const words = { approve: 'assistance.opening', refuse: 'assistance.refused', end: 'assistance.ended' } as const
      say({ tone: 'done', text: t(words[said]) })
    },
    onError: (fault) => {
      const { title, hint } = problemWords(asProblem(fault), t)
      say({ tone: 'danger', text: title, hint })
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.administration(env, 'assistance') }),
  })
  const at = (moment: string) => nearInstant(moment, now(), manner)
  const known = useProfiles().data?.value ?? []
  const named = one.profiles.map((name) => label(known.find((profile) => profile.name === name)?.label) || name)
  const profiles = named.join(', ')
  const by = one.decided_by ?? ''
  return (
    <li className={styles.one}>
      <div className={styles.words}>
        <p className={styles.who}>
          <strong>
            {one.organisation ? t('assistance.who', { name: one.name, organisation: one.organisation }) : one.name}
          </strong>
          <Tag colour={colours[one.stage]} word={t(`assistance.stages.${one.stage}`)} />
        </p>
        <p>{one.purpose}</p>
        <p className="quiet">
          {t('assistance.ticket', { ticket: one.ticket })} · {t('assistance.asks', { hours: one.hours, profiles })}
          {one.asked_at && <> · {t('assistance.askedAt', { when: at(one.asked_at) })}</>}
        </p>
        {one.stage === 'asked' && one.emergency && <p className={styles.warning}>{t('assistance.emergencyAsked')}</p>}
        {one.stage !== 'asked' && by !== '' && (
          <p className={one.emergency ? styles.warning : 'quiet'}>
            {t(one.emergency ? 'assistance.emergencyOpen' : 'assistance.openBy', { by })}
          </p>
        )}
        {one.stage === 'open' && one.until && <p>{t('assistance.until', { when: at(one.until) })}</p>}
        {one.ended_at && (
          <p className="quiet">
            {t(one.stage === 'refused' ? 'assistance.refusedAt' : 'assistance.endedAt', { when: at(one.ended_at) })}
          </p>
        )}
      </div>
      <div className={styles.actions}>
        {one.stage === 'asked' && (
          <>
            <Button variant="default" loading={answer.isPending} onClick={() => answer.mutate('refuse')}>
              {t('assistance.refuse')}
            </Button>
            <Button loading={answer.isPending} onClick={() => answer.mutate('approve')}>
              {t('assistance.approve')}
            </Button>
          </>
        )}
        {one.stage === 'open' && (
          <Button variant="default" loading={answer.isPending} onClick={() => answer.mutate('end')}>
            {t('assistance.end')}
          </Button>
        )}
      </div>
    </li>
  )
}
