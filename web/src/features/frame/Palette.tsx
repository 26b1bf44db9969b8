import { Modal } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { type KeyboardEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { fold } from '../../format/fold'
import { Icon } from '../../icons/Icon'
import { useFavourites } from '../../personal/favourites'
import { useRecents } from '../../personal/recents'
import { useActions } from '../../ui/actions'
import { boardsOf } from '../dashboard/boards'
import styles from './Palette.module.css'

interface Entry {
  key: string
  icon: string | null
  words: string
  beside: string
  run(): void
}

interface Props {
  close(): void
  /** What opens around the screen. */
  around: { help(): void; bell(): void; sheet(): void }
}

/** `Ctrl K`: goes to any list, record or action from anywhere, by typing some of its name. What is kept at hand comes first. */
export default function Palette({ close, around }: Props) {
  const { t } = useTranslation()
  const router = useRouter()
  const { dictionary, source, label } = useSurroundings()
  const env = dictionary.environment.name
  const [typed, setTyped] = useState('')
  // By its key: what one moved to stays under the keyboard as results come in above it.
  const [chosen, setChosen] = useState<string | null>(null)
  const [asked] = useDebouncedValue(typed.trim(), 120)
  const recent = useRecents()
  const { favourites } = useFavourites()
  const here = useActions()
  const search = useQuery({
    queryKey: ['search', env, asked],
    enabled: asked.length >= 2,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => source.search(asked, { signal }),
  })

  const wanted = fold(typed.trim())
  const matches = (words: string) => fold(words).includes(wanted)
  const go = (href: string) => () => void router.navigate({ href })
  const items = dictionary.menu.flatMap((group) => group.items)
  const lists: Entry[] = items.flatMap((item) => {
    const entity = dictionary.entities[item.entity]
    if (!entity || !matches(label(item.label))) return []
    const icon = item.icon ?? entity.icon
    return [
      { key: `list ${item.id}`, icon, words: label(item.label), beside: '', run: go(`/e/${env}/${entity.collection}`) },
    ]
  })
  const creations: Entry[] = items.flatMap((item) => {
    const entity = dictionary.entities[item.entity]
    const words = entity ? t('palette.new', { what: label(entity.label) }) : ''
    return entity?.can.create && wanted && matches(words)
      ? [{ key: `new ${item.id}`, icon: 'plus', words, beside: '', run: go(`/e/${env}/${entity.collection}/new`) }]
      : []
  })
  const place = (icon: string, words: string, run: () => void): Entry => ({
    key: `place ${words}`,
    icon,
    words,
    beside: '',
    run,
  })
  const boards = boardsOf(dictionary)
  const places = [
    place('home', t('frame.home'), go(`/e/${env}`)),
    ...boards.map((one) => place('layout-dashboard', label(one.label), go(`/e/${env}?board=${one.name}`))),
    place('bell', t('notifications.title'), around.bell),
    place('adjustments', t('frame.preferences'), go(`/me/${env}`)),
    place('device-desktop', t('signIns.title'), go(`/me/${env}/sessions`)),
    place('lock', t('security.title'), go(`/me/${env}/security`)),
    place('login', t('signInEvents.mine.title'), go(`/me/${env}/sign-ins`)),
    place('help-circle', t('help.open'), around.help),
    place('keyboard', t('frame.shortcuts'), around.sheet),
    place('info-circle', t('about.title'), go(`/me/${env}/about`)),
    ...(dictionary.me.powers.includes('administer')
      ? [
          place('settings', t('frame.administration'), go(`/admin/${env}`)),
          place('users', t('administration.people.title'), go(`/admin/${env}/people`)),
          place('history', t('administration.audit.title'), go(`/admin/${env}/audit`)),
          place('list', t('frame.valueLists'), go(`/admin/${env}/lists`)),
        ]
      : []),
    ...(dictionary.me.powers.includes('protect')
      ? [place('eraser', t('protection.title'), go(`/admin/${env}/protection`))]
      : []),
  ].filter((entry) => wanted && matches(entry.words))
  const entryOf = (entityName: string, id: string, title: string, code: string | null): Entry[] => {
    const entity = dictionary.entities[entityName]
    if (!entity) return []
    const beside = [label(entity.label), code && code !== title ? code : ''].filter(Boolean).join(' · ')
    const words = title || t('list.unnamed')
    return [{ key: id, icon: entity.icon, words, beside, run: go(`/e/${env}/${entity.collection}/${id}`) }]
  }
  const kept: Entry[] = favourites
    .filter((one) => matches(one.words))
    .map((one) => ({
      key: `favourite ${one.id}`,
      icon: one.icon,
      words: one.words,
      beside: one.beside,
      run: () => void router.navigate({ to: one.to as '/', search: one.search as never }),
    }))
  const favouriteTargets = new Set(favourites.map((one) => one.target))
  const lately = recent
    .filter((visit) => matches(visit.title) && !favouriteTargets.has(`record/${visit.entity}/${visit.id}`))
    .flatMap((visit) => entryOf(visit.entity, visit.id, visit.title, null))
  const shownBefore = new Set([
    ...lately.map((entry) => entry.key),
    ...favourites.map((one) => one.target.split('/')[2]),
  ])
  const found: Entry[] =
    wanted.length >= 2
      ? (search.data ?? [])
          .filter((hit) => !shownBefore.has(hit.id))
          .slice(0, 20)
          .flatMap((hit) => entryOf(hit.entity, hit.id, hit.title, hit.code))
      : []
  const actions: Entry[] = here
    .filter((action) => matches(action.words))
    .map(({ key, icon, words, run }) => ({ key: `here ${key}`, icon, words, beside: '', run }))
  const groups = [
    { title: t('personal.favourites'), entries: kept.slice(0, 6) },
    { title: t('home.recent'), entries: lately.slice(0, wanted ? 4 : 6) },
    { title: t('palette.here'), entries: actions },
    { title: t('palette.found'), entries: found },
    { title: t('palette.goTo'), entries: [...lists, ...places].slice(0, wanted ? 8 : 20) },
    { title: t('palette.actions'), entries: creations.slice(0, 5) },
  ].filter((group) => group.entries.length > 0)
  const entries = groups.flatMap((group) => group.entries)
  const current = Math.max(
    entries.findIndex((entry) => entry.key === chosen),
    0,
  )

  const choose = (entry: Entry | undefined) => {
    if (!entry) return
    close()
    // Once the palette is gone: what opens next takes the keyboard from the screen, not from it.
    requestAnimationFrame(entry.run)
  }
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step && entries.length) {
      event.preventDefault()
      const next = (current + step + entries.length) % entries.length
      setChosen(entries[next]?.key ?? null)
      document.getElementById(`palette-${next}`)?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter') {
      event.preventDefault()
      choose(entries[current])
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
            setChosen(null)
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
                  onMouseMove={() => setChosen(entry.key)}
                  onClick={() => choose(entry)}
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
