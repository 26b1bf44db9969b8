import { Button, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Passkey } from '../../api/types'
import { source } from '../../app/source'
import { useSurroundings } from '../../dictionary/context'
import { exactInstant, saidInstant } from '../../format/dates'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import { Fault } from '../../signIns/FactorEnrolment'
import { PasskeyEnrolment } from '../../signIns/PasskeyEnrolment'
import { PresentPassword } from '../../signIns/PresentPassword'
import { noPasskeysHere } from '../../signIns/passkeys'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import styles from './Me.module.css'

/** The person's passkeys: what there is, one more, another name, away with one. */
export function Passkeys() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [adding, setAdding] = useState(false)
  const [here] = useState(noPasskeysHere)
  const found = useQuery({
    queryKey: keys.passkeys,
    queryFn: ({ signal }) => source.session.passkeys.read({ signal }),
    staleTime: 0,
  })
  const devices = useQuery({ queryKey: keys.devices, queryFn: ({ signal }) => source.session.devices({ signal }) })
  const changed = (text: string) => {
    say({ tone: 'done', text })
    void client.invalidateQueries({ queryKey: keys.passkeys })
    void client.invalidateQueries({ queryKey: keys.signIns })
    void client.invalidateQueries({ queryKey: keys.session })
  }
  if (found.error) return <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />
  const list = found.data?.value
  const not = here ?? (found.data && found.data.origin !== window.location.origin ? 'public' : null)
  return (
    <>
      {list && list.length > 0 && (
        <ul className={styles.sheet} aria-label={t('passkey.title')}>
          {list.map((passkey) => (
            <One key={passkey.id} passkey={passkey} changed={changed} />
          ))}
        </ul>
      )}
      {list?.length === 0 && !adding && <p className="quiet">{t('passkey.none')}</p>}
      {adding ? (
        <div className={`${styles.sheet} ${styles.part}`}>
          <PasskeyEnrolment
            suggested={devices.data?.find((device) => device.current)?.device ?? undefined}
            done={() => {
              setAdding(false)
              changed(t('passkey.added'))
            }}
            cancel={() => setAdding(false)}
          />
        </div>
      ) : not ? (
        <p className="quiet">{t(`passkey.notHere.${not}`)}</p>
      ) : (
        <Button className={styles.foot} onClick={() => setAdding(true)} disabled={!list}>
          {t('passkey.add')}
        </Button>
      )}
    </>
  )
}

type Doing = 'rename' | 'remove'

function One({ passkey, changed }: { passkey: Passkey; changed(text: string): void }) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const [doing, setDoing] = useState<Doing | null>(null)
  const { name, site, added_at: added, used_at: used } = passkey
  const end = () => setDoing(null)
  return (
    <li className={styles.line}>
      <div className={styles.device}>
        <Icon name="fingerprint" size={22} />
        <strong>{name}</strong>
        <p className="quiet">
          {site !== window.location.hostname && <>{t('passkey.of', { site })} · </>}
          <time dateTime={added} title={exactInstant(added, manner)}>
            {t('passkey.addedOn', { when: saidInstant(added, now(), manner) })}
          </time>
          {' · '}
          {used ? (
            <time dateTime={used} title={exactInstant(used, manner)}>
              {t('passkey.used', { when: saidInstant(used, now(), manner) })}
            </time>
          ) : (
            t('passkey.unused')
          )}
        </p>
      </div>
      {!doing && (
        <div className={styles.actions}>
          <Button variant="default" aria-label={t('passkey.renameOne', { name })} onClick={() => setDoing('rename')}>
            {t('passkey.rename')}
          </Button>
          <Button variant="default" aria-label={t('passkey.removeOne', { name })} onClick={() => setDoing('remove')}>
            {t('passkey.remove')}
          </Button>
        </div>
      )}
      {doing === 'rename' && <Rename passkey={passkey} end={end} />}
      {doing === 'remove' && <Remove passkey={passkey} end={end} removed={() => changed(t('passkey.removed'))} />}
    </li>
  )
}

function Rename({ passkey, end }: { passkey: Passkey; end(): void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [name, setName] = useState(passkey.name)
  const rename = useMutation({
    mutationFn: () => source.session.passkeys.rename(passkey.id, name),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.passkeys })
      end()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!rename.isPending) rename.mutate()
  }
  return (
    <form className={styles.wide} onSubmit={submit}>
      <Fault error={rename.error} field="name" />
      <TextInput
        label={t('passkey.name')}
        required
        withAsterisk={false}
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        autoFocus
      />
      <div className={styles.actions}>
        <Button type="submit" loading={rename.isPending}>
          {t('passkey.save')}
        </Button>
        <Button variant="default" onClick={end}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  )
}

function Remove({ passkey, end, removed }: { passkey: Passkey; end(): void; removed(): void }) {
  const { t } = useTranslation()
  const [password, setPassword] = useState('')
  const remove = useMutation({
    mutationFn: () => source.session.passkeys.remove(passkey.id, password),
    onSuccess: removed,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!remove.isPending) remove.mutate()
  }
  return (
    <form className={styles.wide} onSubmit={submit}>
      <p>
        {t('passkey.removeAsked', { name: passkey.name })} <span className="quiet">{t('passkey.removeHint')}</span>
      </p>
      <Fault error={remove.error} field="present" />
      <PresentPassword value={password} onChange={setPassword} error={remove.error} focused />
      <div className={styles.actions}>
        <Button type="submit" color="madder" loading={remove.isPending}>
          {t('passkey.remove')}
        </Button>
        <Button variant="default" onClick={end}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  )
}
