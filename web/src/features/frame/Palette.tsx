import { Modal } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { type KeyboardEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { fold } from '../../format/fold'
import { Icon } from '../../icons/Icon'
import { useVisits } from '../../visits/visits'
import styles from './Palette.module.css'

interface Entry {
  key: string
  icon: string | null
  words: string
  beside: string
  href: string
}

/** `Ctrl K`: goes to any list, record or action from anywhere, by typing some of its name. */
export default function Palette({ close }: { close(): void }) {
  const { t } = useTranslation()
  const router = useRouter()
  const { dictionary, source, label } = useSurroundings()
  const env = dictionary.environment.name
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(0)
  const [asked] = useDebouncedValue(typed.trim(), 120)
  const { recent } = useVisits(dictionary)
  const search = useQuery({
    queryKey: ['search', env, asked],
    enabled: asked.length >= 2,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => source.search(asked, { signal }),
  })

  const wanted = fold(typed.trim())
  const matches = (words: string) => fold(words).includes(wanted)
  const items = dictionary.menu.flatMap((group) => group.items)
  const lists: Entry[] = items.flatMap((item) => {
    const entity = dictionary.entities[item.entity]
    return entity && matches(label(item.label))
      ? [
          {
            key: `list ${item.id}`,
            icon: item.icon ?? entity.icon,
            words: label(item.label),
            beside: '',
            href: `/e/${env}/${entity.collection}`,
          },
        ]
      : []
  })
  const actions: Entry[] = items.flatMap((item) => {
    const entity = dictionary.entities[item.entity]
    const words = entity ? t('palette.new', { what: label(entity.label) }) : ''
    return entity?.can.create && wanted && matches(words)
      ? [{ key: `new ${item.id}`, icon: 'plus', words, beside: '', href: `/e/${env}/${entity.collection}/new` }]
      : []
  })
  const places: Entry[] = [
    { key: 'preferences', icon: 'adjustments', words: t('frame.preferences'), beside: '', href: '/preferences' },
    ...(dictionary.me.profile === 'administrator'
      ? [
          { key: 'admin', icon: 'settings', words: t('frame.administration'), beside: '', href: `/admin/${env}` },
          {
            key: 'people',
            icon: 'users',
            words: t('administration.people.title'),
            beside: '',
            href: `/admin/${env}/people`,
          },
          {
            key: 'audit',
            icon: 'history',
            words: t('administration.audit.title'),
            beside: '',
            href: `/admin/${env}/audit`,
          },
          { key: 'lists', icon: 'list', words: t('frame.valueLists'), beside: '', href: `/admin/${env}/lists` },
        ]
      : []),
  ].filter((entry) => wanted && matches(entry.words))
  const entryOf = (entityName: string, id: string, title: string, code: string | null): Entry[] => {
    const entity = dictionary.entities[entityName]
    if (!entity) return []
    const beside = [label(entity.label), code && code !== title ? code : ''].filter(Boolean).join(' · ')
    return [
      {
        key: id,
        icon: entity.icon,
        words: title || t('list.unnamed'),
        beside,
        href: `/e/${env}/${entity.collection}/${id}`,
      },
    ]
  }
  const found: Entry[] =
    wanted.length >= 2
      ? (search.data ?? []).slice(0, 20).flatMap((hit) => entryOf(hit.entity, hit.id, hit.title, hit.code))
      : recent
          .filter((visit) => matches(visit.title))
          .slice(0, 6)
          .flatMap((visit) => entryOf(visit.entity, visit.id, visit.title, null))
  const groups = [
    { title: wanted.length >= 2 ? t('palette.found') : t('home.recent'), entries: found },
    { title: t('palette.goTo'), entries: [...lists, ...places].slice(0, wanted ? 8 : 20) },
    { title: t('palette.actions'), entries: actions.slice(0, 5) },
  ].filter((group) => group.entries.length > 0)
  const entries = groups.flatMap((group) => group.entries)
  const current = Math.min(chosen, Math.max(entries.length - 1, 0))

  const go = (entry: Entry | undefined) => {
    if (!entry) return
    close()
    void router.navigate({ href: entry.href })
  }
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step && entries.length) {
      event.preventDefault()
      const next = (current + step + entries.length) % entries.length
      setChosen(next)
      document.getElementById(`palette-${next}`)?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter') {
      event.preventDefault()
      go(entries[current])
    }
  }
  let position = -1
  return (
    <Modal
      opened
      onClose={close}
      withCloseButton={false}
      size={620}
      padding={0}
      yOffset="12vh"
      centered={false}
      aria-label={t('palette.title')}
    >
      <div className={styles.field}>
        <Icon name="search" size={20} />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-results"
          aria-activedescendant={entries.length ? `palette-${current}` : undefined}
          aria-label={t('palette.title')}
          placeholder={t('palette.placeholder')}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value)
            setChosen(0)
          }}
          onKeyDown={press}
        />
      </div>
      <div className={styles.results} id="palette-results" role="listbox" aria-label={t('palette.title')}>
        {groups.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: a listbox holds groups, a fieldset does not belong there
          <div key={group.title} role="group" aria-label={group.title}>
            <p className={styles.heading} aria-hidden="true">
              {group.title}
            </p>
            {group.entries.map((entry) => {
              position += 1
              const own = position
              return (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keyboard
                // biome-ignore lint/a11y/useFocusableInteractive: options of a combobox are chosen from its field
                <div
                  key={entry.key}
                  id={`palette-${own}`}
                  role="option"
                  aria-selected={own === current}
                  className={styles.entry}
                  onMouseMove={() => setChosen(own)}
                  onClick={() => go(entry)}
                >
                  <Icon name={entry.icon} />
                  <span className={styles.words}>{entry.words}</span>
                  <span className={styles.beside}>{entry.beside}</span>
                </div>
              )
            })}
          </div>
        ))}
      </div>
      {entries.length === 0 && (
        <p className={styles.nothing} role="status">
          {search.isFetching ? t('palette.searching') : t('palette.nothing', { text: typed.trim() })}
        </p>
      )}
      <p className={styles.hint}>{t('palette.hint')}</p>
    </Modal>
  )
}
