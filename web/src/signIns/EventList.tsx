import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Problem } from '../api/problem'
import type { PersonSignInEvent, SignInEvent } from '../api/types'
import { useSurroundings } from '../dictionary/context'
import { exactInstant, saidInstant } from '../format/dates'
import { now } from '../format/now'
import { EmptyMessage } from '../ui/EmptyMessage'
import { Bar, Late } from '../ui/Late'
import { ProblemNotice } from '../ui/ProblemNotice'
import { Tag } from '../ui/Tag'
import styles from './EventList.module.css'
import { colours } from './events'
import { placeOf } from './place'

interface Props {
  label: string
  events: (SignInEvent | PersonSignInEvent)[]
  pending: boolean
  error: Problem | null
  retry(): void
  /** Reads on, where there is more. */
  more?: (() => void) | undefined
  reading: boolean
}

/** What happened to sign-ins, newest first: what, when, from where, by whom. */
export function EventList({ label, events, pending, error, retry, more, reading }: Props) {
  const { t } = useTranslation()
  if (error) return <ProblemNotice problem={error} retry={retry} />
  if (pending)
    return (
      <Late label={t('common.loading')}>
        <Bar width="60%" />
        <Bar width="45%" />
      </Late>
    )
  if (events.length === 0)
    return <EmptyMessage icon="login" title={t('signInEvents.none.title')} hint={t('signInEvents.none.hint')} />
  return (
    <>
      <ol className={styles.events} aria-label={label}>
        {events.map((event) => (
          <One key={event.id} event={event} />
        ))}
      </ol>
      {more && (
        <Button className={styles.more} variant="default" loading={reading} onClick={more}>
          {t('signInEvents.more')}
        </Button>
      )}
    </>
  )
}

function One({ event }: { event: SignInEvent | PersonSignInEvent }) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const word = t(`signInEvents.events.${event.event}`)
  const where = [
    event.way && t(`signInEvents.ways.${event.way}`),
    event.device,
    event.address && t(`signIns.places.${placeOf(event.address)}`, { address: event.address }),
    event.by && t('signInEvents.by', { name: event.by }),
  ].filter(Boolean)
  return (
    <li className={styles.event}>
      <div className={styles.what}>
        {'person' in event && <strong>{event.person.name}</strong>}
        <Tag colour={colours[event.event]} word={word} />
      </div>
      <p className={`${styles.where} quiet`}>{where.join(' · ')}</p>
      <time className={`${styles.when} quiet`} dateTime={event.at} title={exactInstant(event.at, manner)}>
        {saidInstant(event.at, now(), manner)}
      </time>
    </li>
  )
}
