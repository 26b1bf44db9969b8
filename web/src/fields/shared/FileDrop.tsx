import { Button } from '@mantine/core'
import { type ReactNode, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { bytes } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import type { InputProps } from '../types'
import styles from './FileDrop.module.css'
import { type FileHeld, isAccepted, isPending } from './files'

interface Props extends InputProps<FileHeld> {
  choose: string
  /** Types taken when the field names none. */
  accept?: string[]
  /** What is held, as a picture or a name. */
  children?: ReactNode
}

/** Takes a file by button or by dropping it; it is sent when the record is saved. */
export function FileDrop({
  id,
  field,
  value,
  onChange,
  onProblem,
  describedBy,
  choose,
  accept,
  children,
  label,
}: Props) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const accepted = field.accept?.length ? field.accept : accept
  const limit = (field.max_size_mb ?? 25) * 1024 * 1024
  const take = (file: File | undefined) => {
    if (!file) return
    if (file.size > limit) onProblem(t('fields.file.tooLarge', { size: bytes(limit, manner) }))
    else if (!isAccepted(file.type, accepted)) onProblem(t('fields.file.wrongType'))
    else {
      onProblem(null)
      onChange({ pending: file, asItIs: field.type === 'file' })
    }
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an addition; the button does the same
    <div
      className={styles.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        take(event.dataTransfer.files[0])
      }}
    >
      <input
        ref={input}
        id={id}
        type="file"
        className="hidden-text"
        tabIndex={-1}
        aria-label={label}
        aria-describedby={describedBy}
        accept={accepted?.join(',')}
        onChange={(event) => {
          take(event.currentTarget.files?.[0])
          event.currentTarget.value = ''
        }}
      />
      {children}
      <span className={styles.actions}>
        <Button
          variant="default"
          onClick={() => input.current?.click()}
          leftSection={<Icon name={value ? 'refresh' : 'upload'} size={16} />}
        >
          {value ? t('fields.file.replace') : choose}
        </Button>
        {value ? (
          <Button variant="subtle" onClick={() => onChange(null)}>
            {t('fields.file.remove')}
          </Button>
        ) : (
          <span className={styles.hint}>{t('fields.file.drop')}</span>
        )}
        {isPending(value) && <span className={styles.hint}>{t('fields.file.pending')}</span>}
      </span>
    </div>
  )
}
