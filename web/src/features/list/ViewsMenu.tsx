import { Button, Checkbox, Popover, TextInput, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SavedView } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { Star } from '../../personal/Star'
import { IconAction } from '../../ui/IconAction'
import { arrangement } from './search'
import type { ListState } from './useListState'
import { stateOf } from './useViews'
import styles from './ViewsMenu.module.css'

/** Which saved view the list shows, beside its title: others to open, and this one to keep as it now is. */
export function ViewsMenu({ state }: { state: ListState }) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const [opened, setOpened] = useState(false)
  const [saving, setSaving] = useState(false)
  const [renamed, setRenamed] = useState<SavedView | null>(null)
  const { view, views, changed } = state
  const mine = views.named.filter((one) => one.mine && !one.shared)
  const shared = views.named.filter((one) => one.shared)
  const mayChange = (one: SavedView) => one.mine || (one.shared && dictionary.me.powers.includes('share'))
  const close = () => {
    setOpened(false)
    setSaving(false)
    setRenamed(null)
  }
  const open = (one: SavedView | null) => {
    close()
    state.open(one && { id: one.id, state: stateOf(one) })
  }
  const arranged = Object.keys(arrangement(state.search)).length > 0
  const entry = (one: SavedView) => (
    <li key={one.id} className={styles.entry} data-on={one.id === view?.id || undefined}>
      <UnstyledButton className={styles.name} onClick={() => open(one)} aria-current={one.id === view?.id || undefined}>
        <span className={styles.mark}>{one.id === view?.id && <Icon name="check" size={14} />}</span>
        <span className={styles.word}>{one.name}</span>
        {one.shared && !one.mine && <small className="quiet">{one.owner.name}</small>}
      </UnstyledButton>
      {mayChange(one) && (
        <>
          <IconAction
            icon={one.first ? 'star-filled' : 'star'}
            size={28}
            label={t(one.first ? 'views.notFirst' : one.shared ? 'views.firstForAll' : 'views.first', {
              name: one.name,
            })}
            onClick={() => void views.change(one, { first: !one.first })}
          />
          <IconAction
            icon="pencil"
            size={28}
            label={t('views.rename', { name: one.name })}
            onClick={() => setRenamed(one)}
          />
          <IconAction
            icon="trash"
            size={28}
            label={t('views.remove', { name: one.name })}
            onClick={() => {
              void views.remove(one)
              if (one.id === view?.id) state.change({ saved: undefined }, true)
            }}
          />
        </>
      )}
    </li>
  )
  return (
    <Popover
      opened={opened}
      onChange={(next) => (next ? setOpened(true) : close())}
      position="bottom-start"
      width={320}
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <UnstyledButton
          className={styles.button}
          data-all={view ? undefined : true}
          onClick={() => (opened ? close() : setOpened(true))}
          aria-label={t('views.menu', { name: view?.name ?? t('views.all') })}
        >
          <span className={styles.word}>{view?.name ?? t('views.all')}</span>
          {changed && (
            <span className={styles.dot} role="img" aria-label={t('views.changed')} title={t('views.changed')} />
          )}
          <Icon name="chevron-down" size={14} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('views.title')}>
        {renamed ? (
          <Rename
            view={renamed}
            onName={(name) => {
              close()
              if (name !== renamed.name) void views.change(renamed, { name })
            }}
          />
        ) : saving ? (
          <SaveAs
            onSave={async (name, change) => {
              close()
              const kept = await views.create(name, arrangement(state.search), change)
              if (kept) state.change({ saved: kept.id }, true)
            }}
          />
        ) : (
          <>
            <ul className={styles.list}>
              <li className={styles.entry} data-on={!view || undefined}>
                <UnstyledButton className={styles.name} onClick={() => open(null)} data-autofocus>
                  <span className={styles.mark}>{!view && <Icon name="check" size={14} />}</span>
                  <span className={styles.word}>{t('views.all')}</span>
                </UnstyledButton>
              </li>
            </ul>
            {mine.length > 0 && <p className={styles.head}>{t('views.mine')}</p>}
            {mine.length > 0 && <ul className={styles.list}>{mine.map(entry)}</ul>}
            {shared.length > 0 && <p className={styles.head}>{t('views.shared')}</p>}
            {shared.length > 0 && <ul className={styles.list}>{shared.map(entry)}</ul>}
            <div className={styles.actions}>
              <span className={styles.star}>
                <Star {...starOf(state, label(state.entity.plural))} />
              </span>
              {view && changed && mayChange(view) && (
                <Button
                  size="xs"
                  onClick={() => {
                    close()
                    void views.change(view, { state: { ...arrangement(state.search) } })
                  }}
                >
                  {t('views.save')}
                </Button>
              )}
              {view && changed && (
                <Button size="xs" variant="default" onClick={() => open(view)}>
                  {t('views.reset')}
                </Button>
              )}
              <Button
                size="xs"
                variant={view ? 'subtle' : 'default'}
                disabled={!arranged}
                onClick={() => setSaving(true)}
              >
                {t('views.saveAs')}
              </Button>
            </div>
            {!arranged && !view && <p className={styles.hint}>{t('views.hint')}</p>}
          </>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}

/** What the star of a list keeps: the view that is open, else the list. */
export function starOf({ view, entity }: ListState, plural: string): { target: string; name: string } {
  return view ? { target: `view/${view.id}`, name: view.name } : { target: `list/${entity.name}`, name: plural }
}

function Rename({ view, onName }: { view: SavedView; onName(name: string): void }) {
  const { t } = useTranslation()
  const [name, setName] = useState(view.name)
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim()) onName(name.trim())
      }}
    >
      <TextInput
        label={t('views.name')}
        value={name}
        maxLength={80}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" disabled={!name.trim()}>
        {t('views.keepName')}
      </Button>
    </form>
  )
}

function SaveAs({ onSave }: { onSave(name: string, change: { shared: boolean; first: boolean }): void }) {
  const { t } = useTranslation()
  const { dictionary } = useSurroundings()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const [first, setFirst] = useState(false)
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim()) onSave(name.trim(), { shared, first })
      }}
    >
      <TextInput
        label={t('views.name')}
        value={name}
        maxLength={80}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {dictionary.me.powers.includes('share') && (
        <Checkbox
          size="xs"
          label={t('views.share')}
          checked={shared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
      )}
      <Checkbox
        size="xs"
        label={t(shared ? 'views.openFirstForAll' : 'views.openFirst')}
        checked={first}
        onChange={(event) => setFirst(event.currentTarget.checked)}
      />
      <Button type="submit" disabled={!name.trim()}>
        {t('views.keep')}
      </Button>
    </form>
  )
}
