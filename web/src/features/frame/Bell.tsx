import { Button, Popover, SegmentedControl, UnstyledButton } from '@mantine/core'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Notification, Notifications } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { plainWords } from '../../fields/rich_text/plain'
import { exactInstant, nearInstant } from '../../format/dates'
import { now } from '../../format/now'
import { Icon } from '../../icons/Icon'
import { IconAction } from '../../ui/IconAction'
import { Initials } from '../../ui/Initials'
import { ProblemNotice } from '../../ui/ProblemNotice'
import styles from './Bell.module.css'

/** Notifications read at a time. */
const pageLength = 30
/** Where a count stops. */
const countMost = 99

/** What the person was told, and how much of it they did not read yet. */
export function Bell({ opened, setOpened }: { opened: boolean; setOpened(opened: boolean): void }) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const [length, setLength] = useState(pageLength)
  const key = keys.notifications(dictionary.environment.name)
  const found = useQuery({
    queryKey: [...key, length],
    queryFn: ({ signal }) => source.notifications.list(length, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  })
  const { unread } = found.data ?? { unread: 0 }
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      width={420}
      trapFocus
      returnFocus
      floatingStrategy="fixed"
    >
      <span className={styles.bell} data-unread={unread > 0 || undefined}>
        <Popover.Target>
          <IconAction
            icon="bell"
            label={unread ? t('notifications.bellCount', { count: unread }) : t('notifications.bell')}
            shortcut="g"
            size={36}
            onClick={() => setOpened(!opened)}
          />
        </Popover.Target>
        {unread > 0 && (
          <span className={styles.count} aria-hidden="true">
            {unread > countMost ? `${countMost}+` : unread}
          </span>
        )}
      </span>
      <Popover.Dropdown className={styles.panel} aria-label={t('notifications.title')}>
        {found.error ? (
          <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />
        ) : (
          <Panel
            told={found.data}
            close={() => setOpened(false)}
            more={found.data?.more ? () => setLength(length + pageLength) : undefined}
          />
        )}
      </Popover.Dropdown>
    </Popover>
  )
}

function Panel({
  told,
  close,
  more,
}: {
  told: Notifications | undefined
  close(): void
  more: (() => void) | undefined
}) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [which, setWhich] = useState<'all' | 'unread'>('all')
  const key = keys.notifications(dictionary.environment.name)
  const mark = useMutation({
    mutationFn: ({ id, read }: { id: string; read: boolean }) => source.notifications.mark(id, read),
    onMutate: ({ id, read }) =>
      client.setQueriesData<Notifications>({ queryKey: key }, (kept) => kept && marked(kept, id, read)),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  })
  const markAll = useMutation({
    mutationFn: () => source.notifications.markAll(),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  })
  const all = told?.value ?? []
  const list = which === 'all' ? all : all.filter((one) => one.read_at === null)
  const open = (one: Notification) => {
    if (one.read_at === null) mark.mutate({ id: one.id, read: true })
    const entity = dictionary.entities[one.entity]
    if (!entity) return
    close()
    void navigate({
      to: '/e/$env/$collection/$id',
      params: { env: dictionary.environment.name, collection: entity.collection, id: one.record },
    })
  }
  if (dictionary.me.viewed) {
    return (
      <div className={styles.nothing}>
        <Icon name="lock" size={24} />
        <p>{t('frame.viewed.private', { name: dictionary.me.name })}</p>
      </div>
    )
  }
  return (
    <>
      <header className={styles.head}>
        <h2>{t('notifications.title')}</h2>
        <SegmentedControl
          size="xs"
          aria-label={t('notifications.title')}
          value={which}
          onChange={(value) => setWhich(value as 'all' | 'unread')}
          data={[
            { value: 'all', label: t('notifications.all') },
            { value: 'unread', label: t('notifications.onlyUnread') },
          ]}
        />
      </header>
      {list.length === 0 && (
        <div className={styles.nothing}>
          <Icon name="bell" size={24} />
          <p>{t(all.length ? 'notifications.noUnread' : 'notifications.nothing')}</p>
          {all.length === 0 && <small>{t('notifications.nothingHint')}</small>}
        </div>
      )}
      <ul className={styles.list} aria-label={t('notifications.title')}>
        {list.map((one) => (
          <One
            key={one.id}
            one={one}
            open={() => open(one)}
            toggle={() => mark.mutate({ id: one.id, read: one.read_at === null })}
          />
        ))}
      </ul>
      <footer className={styles.foot}>
        <Button
          size="xs"
          variant="subtle"
          disabled={!told?.unread}
          loading={markAll.isPending}
          onClick={() => markAll.mutate()}
        >
          {t('notifications.markAll')}
        </Button>
        {more && (
          <Button size="xs" variant="subtle" onClick={more}>
            {t('notifications.more')}
          </Button>
        )}
      </footer>
    </>
  )
}

function One({ one, open, toggle }: { one: Notification; open(): void; toggle(): void }) {
  const { t } = useTranslation()
  const { dictionary, label, manner } = useSurroundings()
  const unread = one.read_at === null
  const who = one.author?.name ?? t('notifications.somebody')
  const what = label(one.words) || t('notifications.words')
  const text = one.text ? plainWords(one.text) : ''
  const title = one.title || t('list.unnamed')
  return (
    <li className={styles.one} data-unread={unread || undefined}>
      <UnstyledButton className={styles.open} onClick={open}>
        <Initials name={who} size={28} />
        <span className={styles.told}>
          {unread && <span className="hidden-text">{t('notifications.unread')} : </span>}
          <span>
            <strong>{who}</strong> {what}
          </span>
          <span className={styles.title}>
            <Icon name={dictionary.entities[one.entity]?.icon} size={14} />
            {title}
          </span>
          {text && text !== title && <span className={styles.text}>{text}</span>}
          <time className="quiet" dateTime={one.at} title={exactInstant(one.at, manner)}>
            {nearInstant(one.at, now(), manner)}
          </time>
        </span>
      </UnstyledButton>
      <IconAction
        icon={unread ? 'mail-opened' : 'mail'}
        size={28}
        label={t(unread ? 'notifications.markRead' : 'notifications.markUnread')}
        onClick={toggle}
      />
    </li>
  )
}

function marked(kept: Notifications, id: string, read: boolean): Notifications {
  const before = kept.value.find((one) => one.id === id)
  if (!before || (before.read_at !== null) === read) return kept
  return {
    ...kept,
    unread: Math.max(0, kept.unread + (read ? -1 : 1)),
    value: kept.value.map((one) => (one.id === id ? { ...one, read_at: read ? now().toISOString() : null } : one)),
  }
}
