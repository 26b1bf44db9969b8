import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../../api/problem'
import type { Erasure } from '../../api/types'
import { ProblemNotice } from '../../ui/ProblemNotice'
import styles from './TypedDialog.module.css'

interface Props {
  title: string
  /** What would be done. */
  what: string
  /** What has to be typed. */
  name: string
  /** The word of the button. */
  now: string
  run(typed: string): Promise<Erasure>
  onClose(): void
  onBegun(erasure: string): void
}

/** Asks for a name before what cannot be undone is done. */
export function TypedDialog({ title, what, name, now, run, onClose, onBegun }: Props) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [wrong, setWrong] = useState(false)
  const erase = useMutation({ mutationFn: () => run(typed), onSuccess: (erasure) => onBegun(erasure.id) })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const same = typed.trim().localeCompare(name, undefined, { sensitivity: 'base' }) === 0
    setWrong(!same)
    if (same) erase.mutate()
  }
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form className={styles.form} onSubmit={submit}>
        <p>{what}</p>
        {erase.error && <ProblemNotice problem={asProblem(erase.error)} />}
        <TextInput
          label={t('protection.erase.type', { name })}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value)
            setWrong(false)
          }}
          error={wrong && t('protection.erase.wrong')}
          autoComplete="off"
          data-autofocus
        />
        <div className={styles.foot}>
          <Button variant="default" onClick={onClose}>
            {t('protection.erase.cancel')}
          </Button>
          <Button type="submit" className={styles.danger} loading={erase.isPending}>
            {now}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
