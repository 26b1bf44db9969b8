import { CloseButton, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../icons/Icon'
import styles from './ListScreen.module.css'

/** Words searched in the list, asked for as they are typed. */
export function SearchField(props: {
  value: string
  onChange(text: string): void
  register(input: HTMLInputElement | null): void
  phone: boolean
}) {
  const { value, onChange, register, phone } = props
  const { t } = useTranslation()
  const [typed, setTyped] = useState<string | null>(null)
  const send = useDebouncedCallback(onChange, 220)
  const shown = typed ?? value
  return (
    <TextInput
      ref={register}
      className={styles.search}
      type="search"
      role="searchbox"
      aria-label={t('list.search')}
      placeholder={t(phone ? 'list.searchShort' : 'list.search')}
      value={shown}
      leftSection={<Icon name="search" size={16} />}
      rightSection={
        shown ? (
          <CloseButton
            size="sm"
            aria-label={t('list.clearSearch')}
            onClick={() => {
              setTyped(null)
              onChange('')
            }}
          />
        ) : null
      }
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        send(event.currentTarget.value)
      }}
      onBlur={() => {
        send.flush()
        setTyped(null)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChange(event.currentTarget.value)
        if (event.key === 'Escape') {
          event.preventDefault()
          setTyped(null)
          onChange('')
          event.currentTarget.blur()
        }
      }}
    />
  )
}
