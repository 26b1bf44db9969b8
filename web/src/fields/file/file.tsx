import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { bytes } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import { presenceFilter } from '../filters/presence'
import { FileDrop } from '../shared/FileDrop'
import { type FileHeld, fileOf, isPending } from '../shared/files'
import { defineField, type InputProps, type ValueProps } from '../types'
import styles from './file.module.css'

function Named({ value }: { value: FileHeld }) {
  const { manner } = useSurroundings()
  const held = isPending(value) ? value.pending : value
  return (
    <span className={styles.file}>
      <Icon name={held.type === 'application/pdf' ? 'file-text' : 'paperclip'} size={16} />
      <span className={styles.name}>{held.name}</span>
      <span className="quiet figures">{bytes(held.size, manner)}</span>
    </span>
  )
}

function Display({ field, value, record, collection }: ValueProps<FileHeld>) {
  const { source } = useSurroundings()
  const { t } = useTranslation()
  if (isPending(value) || !record || !collection) return <Named value={value} />
  return (
    <a
      href={source.fileUrl(collection, record.id, field.name, value.hash)}
      download={value.name}
      aria-label={t('fields.file.download', { name: value.name })}
    >
      <Named value={value} />
    </a>
  )
}

function Input(props: InputProps<FileHeld>) {
  const { t } = useTranslation()
  return (
    <FileDrop {...props} choose={t('fields.file.choose')}>
      {props.value && <Named value={props.value} />}
    </FileDrop>
  )
}

export const file = defineField<FileHeld>({
  of: fileOf,
  text: (value) => (isPending(value) ? value.pending.name : value.name),
  Display,
  Cell: ({ value }) => <Named value={value} />,
  Input,
  filter: presenceFilter,
  width: 180,
  inCell: false,
})
