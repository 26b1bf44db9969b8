import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../../api/problem'
import type { Subject } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { ProblemNotice } from '../../ui/ProblemNotice'
import styles from './EraseDialog.module.css'

interface Props {
  subject: Subject
  collection: string
  onClose(): void
  onBegun(erasure: string): void
}

/** Asks for the name of the person before they are erased: it cannot be undone. */
export function EraseDialog({ subject, collection, onClose, onBegun }: Props) {
  const { t } = useTranslation()
  const { source } = useSurroundings()
  const [typed, setTyped] = useState('')
  const [wrong, setWrong] = useState(false)
  // Who was deleted has no name any more.
  const name = subject.title || subject.id
  const erase = useMutation({
    mutationFn: () => source.protection.erase(collection, subject.id, typed),
    onSuccess: (erasure) => onBegun(erasure.id),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const same = typed.trim().localeCompare(name, undefined, { sensitivity: 'base' }) === 0
    setWrong(!same)
    if (same) erase.mutate()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('protection.erase.title', { name })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form className={styles.form} onSubmit={submit}>
        <p>{t('protection.erase.what')}</p>
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
            {t('protection.erase.now')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
