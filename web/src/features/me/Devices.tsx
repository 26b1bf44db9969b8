import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { KnownDevice } from '../../api/types'
import { source } from '../../app/source'
import { useSurroundings } from '../../dictionary/context'
import { exactInstant, saidInstant } from '../../format/dates'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import { deviceIcon, placeOf } from '../../signIns/place'
import { ProblemNotice, problemWords } from '../../ui/ProblemNotice'
import { Tag } from '../../ui/Tag'
import { say } from '../../ui/toasts'
import styles from './Me.module.css'

/** The browsers in which the person signed in before, and those where no code is asked. */
export function Devices() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const found = useQuery({
    queryKey: keys.devices,
    queryFn: ({ signal }) => source.session.devices({ signal }),
    staleTime: 0,
  })
  const forget = useMutation({
    mutationFn: (id: string) => source.session.forgetDevice(id),
    onSuccess: () => say({ tone: 'done', text: t('devices.forgotten') }),
    onError: (fault) => {
      const { title, hint } = problemWords(asProblem(fault), t)
      say({ tone: 'danger', text: title, hint })
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.devices }),
  })
  if (found.error) return <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />
  return (
    <ul className={styles.sheet} aria-label={t('devices.title')}>
      {found.data?.map((device) => (
        <One key={device.id} device={device} forget={() => forget.mutate(device.id)} />
      ))}
    </ul>
  )
}

function One({ device, forget }: { device: KnownDevice; forget(): void }) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const name = device.device ?? t('signIns.unknown')
  const until = device.trusted_until
  return (
    <li className={styles.line}>
      <div className={styles.device}>
        <Icon name={deviceIcon(device.device)} size={22} />
        <strong>
          {name} {device.current && <Tag colour="sage" word={t('signIns.current')} />}
          {until && <Tag colour="pastel" word={t('devices.trusted', { when: saidInstant(until, now(), manner) })} />}
        </strong>
        <p className="quiet">
          {t(`signIns.places.${placeOf(device.address)}`, { address: device.address })} ·{' '}
          <time dateTime={device.seen_at} title={exactInstant(device.seen_at, manner)}>
            {t('devices.seen', { when: saidInstant(device.seen_at, now(), manner) })}
          </time>
        </p>
      </div>
      <Button variant="default" onClick={forget} aria-label={t('devices.forgetOne', { name })}>
        {t('devices.forget')}
      </Button>
    </li>
  )
}
