import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { SignIn } from '../../api/types'
import { source } from '../../app/source'
import { useSurroundings } from '../../dictionary/context'
import { exactInstant, saidInstant } from '../../format/dates'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import { deviceIcon, placeOf } from '../../signIns/place'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice, problemWords } from '../../ui/ProblemNotice'
import { Tag } from '../../ui/Tag'
import { say } from '../../ui/toasts'
import { LookedAt } from './LookedAt'
import styles from './Me.module.css'
import { MePage } from './MePage'

/** Where the person is signed in, and how to sign out there. */
export function SignIns() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const found = useQuery({
    queryKey: keys.signIns,
    queryFn: ({ signal }) => source.session.everywhere({ signal }),
    staleTime: 0,
  })
  const end = useMutation({
    mutationFn: (id: string | undefined) => source.session.end(id),
    onSuccess: () => say({ tone: 'done', text: t('signIns.ended') }),
    onError: (fault) => {
      const { title, hint } = problemWords(asProblem(fault), t)
      say({ tone: 'danger', text: title, hint })
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.signIns }),
  })
  const sessions = found.data ?? []
  const others = sessions.filter((session) => !session.current)
  return (
    <MePage title={t('signIns.title')} hint={t('signIns.hint')}>
      {found.error && <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />}
      {found.isPending && (
        <Late label={t('common.loading')}>
          <Bar width="60%" />
          <Bar width="45%" />
        </Late>
      )}
      {sessions.length > 0 && (
        <ul className={styles.sheet} aria-label={t('signIns.title')}>
          {sessions.map((session) => (
            <One key={session.id} session={session} end={() => end.mutate(session.id)} />
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <Button className={styles.foot} variant="default" loading={end.isPending} onClick={() => end.mutate(undefined)}>
          {t('signIns.endOthers', { count: others.length })}
        </Button>
      )}
      <LookedAt />
    </MePage>
  )
}

function One({ session, end }: { session: SignIn; end(): void }) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const name = session.device ?? t('signIns.unknown')
  const place = placeOf(session.address)
  const seen = t('signIns.seen', { when: saidInstant(session.seen_at, now(), manner) })
  return (
    <li className={styles.line}>
      <div className={styles.device}>
        <Icon name={deviceIcon(session.device)} size={22} />
        <strong>
          {name} {session.current && <Tag colour="sage" word={t('signIns.current')} />}
        </strong>
        <p className="quiet">
          {t(`signIns.places.${place}`, { address: session.address })} ·{' '}
          <time dateTime={session.seen_at} title={exactInstant(session.seen_at, manner)}>
            {seen}
          </time>{' '}
          ·{' '}
          <time dateTime={session.created_at} title={exactInstant(session.created_at, manner)}>
            {t('signIns.opened', { when: saidInstant(session.created_at, now(), manner) })}
          </time>
        </p>
      </div>
      {!session.current && (
        <Button variant="default" onClick={end} aria-label={t('signIns.endOne', { name })}>
          {t('frame.signOut')}
        </Button>
      )}
    </li>
  )
}
