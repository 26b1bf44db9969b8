import { Textarea, type TextareaProps } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { forwardRef, type KeyboardEvent, useId, useImperativeHandle, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../dictionary/context'
import { titleOf } from '../dictionary/model'
import { pickerQuery } from '../fields/reference/search'
import { Initials } from '../ui/Initials'
import styles from './mentions.module.css'
import { type Mentioned, mentionName, shownText, sourceText, typedMention } from './text'

interface Props extends Omit<TextareaProps, 'value' | 'onChange'> {
  /** The text as it is kept. */
  source: string
  onSource(source: string): void
  /** Whether people may be mentioned: whoever is must be told. */
  offers: boolean
}

/** People offered at once. */
const offeredMost = 6

/** A text in which `@` offers people. Who writes sees names; what is kept names the people. */
export const MentionArea = forwardRef<HTMLTextAreaElement, Props>(function MentionArea(
  { source, onSource, offers, onKeyDown, ...rest },
  outer,
) {
  const { t } = useTranslation()
  const id = useId()
  const area = useRef<HTMLTextAreaElement>(null)
  useImperativeHandle(outer, () => area.current as HTMLTextAreaElement)
  const chosen = useRef<Mentioned[]>([])
  const [typing, setTyping] = useState<{ from: number; typed: string } | null>(null)
  const [at, setAt] = useState(0)
  const { text, people: known } = shownText(source)
  const { people, waiting } = usePeople(offers ? (typing?.typed ?? null) : null)
  const open = typing !== null && offers
  const current = Math.min(at, Math.max(people.length - 1, 0))

  const keep = (next: string) => onSource(sourceText(next, [...chosen.current, ...known]))
  const look = () => {
    const element = area.current
    const found =
      element && element.selectionStart === element.selectionEnd
        ? typedMention(element.value, element.selectionEnd)
        : null
    setTyping((before) => (before?.from === found?.from && before?.typed === found?.typed ? before : found))
    if (found?.typed !== typing?.typed) setAt(0)
  }
  const choose = (person: Mentioned | undefined) => {
    if (!person || !typing) return
    chosen.current = [person, ...chosen.current]
    const end = typing.from + 1 + typing.typed.length
    const after = text.slice(end)
    const put = `@${person.name}${after.startsWith(' ') ? '' : ' '}`
    keep(text.slice(0, typing.from) + put + after)
    setTyping(null)
    const caret = typing.from + person.name.length + 2
    requestAnimationFrame(() => {
      area.current?.focus()
      area.current?.setSelectionRange(caret, caret)
    })
  }
  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const takes = (event.key === 'Enter' && !event.ctrlKey) || event.key === 'Tab'
    if (open && event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      setTyping(null)
    } else if (open && people.length && step) {
      event.preventDefault()
      setAt((current + step + people.length) % people.length)
    } else if (open && people.length && takes) {
      event.preventDefault()
      choose(people[current])
    } else onKeyDown?.(event)
  }
  return (
    <div className={styles.field}>
      <Textarea
        {...rest}
        ref={area}
        value={text}
        aria-autocomplete={offers ? 'list' : undefined}
        aria-controls={open ? `${id}-people` : undefined}
        aria-activedescendant={open && people.length ? `${id}-${current}` : undefined}
        onChange={(event) => {
          keep(event.currentTarget.value)
          look()
        }}
        onSelect={look}
        onBlur={(event) => {
          setTyping(null)
          rest.onBlur?.(event)
        }}
        onKeyDown={press}
      />
      {open && (
        <div className={styles.people}>
          <div id={`${id}-people`} role="listbox" aria-label={t('mention.people')}>
            {people.map((person, position) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keyboard
              // biome-ignore lint/a11y/useFocusableInteractive: options are chosen from the field
              <div
                key={person.id}
                id={`${id}-${position}`}
                role="option"
                aria-selected={position === current}
                className={styles.person}
                onMouseMove={() => setAt(position)}
                // The field keeps the focus.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => choose(person)}
              >
                <Initials name={person.name} size={24} />
                {person.name}
              </div>
            ))}
          </div>
          {people.length === 0 && (
            <p className={styles.nobody} role="status">
              {t(waiting ? 'mention.searching' : 'mention.nobody')}
            </p>
          )}
        </div>
      )}
    </div>
  )
})

/** People who still work here and whose name begins as typed; nobody while nothing is. */
function usePeople(typed: string | null): { people: Mentioned[]; waiting: boolean } {
  const { dictionary, source } = useSurroundings()
  const [asked] = useDebouncedValue(typed, 100)
  const entity = dictionary.entities.user
  const found = useQuery({
    queryKey: ['mentionable', dictionary.environment.name, asked],
    enabled: asked !== null && typed !== null && entity !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      if (!entity) return []
      const query = { ...pickerQuery(dictionary, entity, 'active', asked ?? ''), select: ['id'], top: offeredMost }
      return (await source.list(entity.collection, query, { signal })).value
    },
  })
  const people = (found.data ?? []).map((record) => ({ id: record.id, name: mentionName(titleOf(record)) }))
  return { people, waiting: found.isFetching || asked !== typed }
}
