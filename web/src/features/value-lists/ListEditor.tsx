import { Button, Menu, Switch, TextInput, UnstyledButton } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { ListValue, ValueList } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import type { fr } from '../../i18n/fr'
import { Icon } from '../../icons/Icon'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Tag, tagColours } from '../../ui/Tag'
import { tagOf } from './tag'
import styles from './ValueLists.module.css'

type Colour = keyof typeof fr.lists.colours

/** The values of one list: names, colours, which are offered; new ones where the list is open. A change holds as soon as it is made. */
export function ListEditor({ name, list }: { name: string; list: ValueList }) {
  const { t } = useTranslation()
  const { dictionary, source, label } = useSurroundings()
  const client = useQueryClient()
  const refresh = () => client.invalidateQueries({ queryKey: keys.dictionary(dictionary.environment.name) })
  const change = useMutation({
    mutationFn: ({ tag, ...rest }: { tag: string } & Partial<Pick<ListValue, 'label' | 'colour' | 'active'>>) =>
      source.lists.change(name, tag, rest),
    onSettled: refresh,
  })
  return (
    <section className={styles.editor} aria-labelledby="list-name">
      <header className={styles.editorHead}>
        <h2 id="list-name">{label(list.label)}</h2>
        <span className="quiet figures">{t('lists.values', { count: list.values.length })}</span>
      </header>
      {list.closed && <p className="quiet">{t('lists.closed')}</p>}
      {change.error && <ProblemNotice problem={asProblem(change.error)} />}
      <ul className={styles.values}>
        {list.values.map((value) => (
          <li key={value.tag} className={styles.value} data-inactive={!value.active || undefined}>
            <ColourMenu value={value} onPick={(colour) => change.mutate({ tag: value.tag, colour })} />
            {(['fr', 'en'] as const).map((language) => (
              <LabelField
                key={`${language} ${value.label[language] ?? ''}`}
                word={value.label[language] ?? ''}
                name={`${t(language === 'fr' ? 'lists.labelFr' : 'lists.labelEn')}, ${value.tag}`}
                onChange={(word) => change.mutate({ tag: value.tag, label: { ...value.label, [language]: word } })}
              />
            ))}
            <code className={styles.tag}>{value.tag}</code>
            <Switch
              size="sm"
              checked={value.active}
              disabled={list.closed}
              aria-label={t('lists.activate', { name: label(value.label) })}
              onChange={(event) => change.mutate({ tag: value.tag, active: event.currentTarget.checked })}
            />
          </li>
        ))}
      </ul>
      {!list.closed && <AddValue name={name} list={list} refresh={refresh} />}
    </section>
  )
}

function LabelField({ word, name, onChange }: { word: string; name: string; onChange(word: string): void }) {
  const [typed, setTyped] = useState(word)
  const leave = () => {
    const text = typed.trim()
    if (text && text !== word) onChange(text)
    else setTyped(word)
  }
  return (
    <TextInput
      aria-label={name}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={leave}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key === 'Escape') setTyped(word)
      }}
    />
  )
}

function ColourMenu({
  value,
  onPick,
}: {
  value: Pick<ListValue, 'colour' | 'label'>
  onPick(colour: string | null): void
}) {
  const { t } = useTranslation()
  const { label } = useSurroundings()
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <UnstyledButton className={styles.colour} aria-label={`${t('lists.colour')}, ${label(value.label)}`}>
          <Tag colour={value.colour} word="" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {tagColours.map((colour) => (
          <Menu.Item
            key={colour}
            onClick={() => onPick(colour)}
            rightSection={colour === value.colour ? <Icon name="check" size={16} /> : undefined}
          >
            <Tag colour={colour} word={t(`lists.colours.${colour as Colour}`)} />
          </Menu.Item>
        ))}
        <Menu.Item onClick={() => onPick(null)}>
          <Tag colour={null} word={t('lists.noColour')} />
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function AddValue({ name, list, refresh }: { name: string; list: ValueList; refresh(): Promise<void> }) {
  const { t } = useTranslation()
  const { source } = useSurroundings()
  const [french, setFrench] = useState('')
  const [english, setEnglish] = useState('')
  const [colour, setColour] = useState<string | null>(null)
  const [tag, setTag] = useState<string | null>(null)
  const shownTag = tag ?? tagOf(french)
  const add = useMutation({
    mutationFn: () => {
      const label = { fr: french.trim(), ...(english.trim() ? { en: english.trim() } : {}) }
      return source.lists.add(name, { tag: shownTag, label, colour })
    },
    onSuccess: async () => {
      setFrench('')
      setEnglish('')
      setColour(null)
      setTag(null)
      await refresh()
    },
  })
  const taken = list.values.some((value) => value.tag === shownTag)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (french.trim() && shownTag && !taken) add.mutate()
  }
  return (
    <form className={styles.add} onSubmit={submit}>
      <h3>{t('lists.add')}</h3>
      {add.error && <ProblemNotice problem={asProblem(add.error)} />}
      <div className={styles.addLine}>
        <ColourMenu value={{ colour, label: { fr: french } }} onPick={setColour} />
        <TextInput
          label={t('lists.labelFr')}
          value={french}
          onChange={(event) => setFrench(event.currentTarget.value)}
        />
        <TextInput
          label={t('lists.labelEn')}
          value={english}
          onChange={(event) => setEnglish(event.currentTarget.value)}
        />
        <TextInput
          label={t('lists.tag')}
          value={shownTag}
          title={t('lists.tagHint')}
          error={taken ? `« ${shownTag} »` : undefined}
          onChange={(event) => setTag(event.currentTarget.value)}
        />
        <Button
          type="submit"
          disabled={!french.trim() || !shownTag || taken}
          loading={add.isPending}
          leftSection={<Icon name="plus" size={16} />}
        >
          {t('lists.add')}
        </Button>
      </div>
    </form>
  )
}
