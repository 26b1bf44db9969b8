import { Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { presenceFilter } from '../filters/presence'
import { defineField, type InputProps } from '../types'
import styles from './json.module.css'

function Input({ id, value, typed: before, onChange, onProblem, describedBy, invalid, required }: InputProps<unknown>) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState<string | null>(before ?? null)
  const text = typed ?? (value === null ? '' : JSON.stringify(value, null, 2))
  const read = (next: string) => {
    setTyped(next)
    if (next.trim() === '') {
      onProblem(null)
      onChange(null)
      return
    }
    try {
      onChange(JSON.parse(next))
      onProblem(null)
    } catch (fault) {
      onProblem(t('fields.json.invalid', { why: (fault as Error).message }), next)
    }
  }
  return (
    <Textarea
      id={id}
      value={text}
      autosize
      minRows={4}
      maxRows={20}
      spellCheck={false}
      classNames={{ input: styles.source }}
      aria-describedby={describedBy}
      aria-required={required || undefined}
      error={invalid}
      onChange={(event) => read(event.currentTarget.value)}
    />
  )
}

export const json = defineField<unknown>({
  of: (raw) => raw ?? null,
  text: (value) => JSON.stringify(value),
  Display: ({ value }) => <pre className={styles.shown}>{JSON.stringify(value, null, 2)}</pre>,
  Cell: ({ value }) => <span className={styles.cell}>{JSON.stringify(value).slice(0, 200)}</span>,
  Input,
  filter: presenceFilter,
  width: 200,
  wide: true,
})
