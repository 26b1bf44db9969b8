import { useTranslation } from 'react-i18next'
import { presenceFilter } from '../filters/presence'
import { FileDrop } from '../shared/FileDrop'
import { type FileHeld, fileOf, isPending } from '../shared/files'
import { Picture } from '../shared/Picture'
import { defineField, type InputProps } from '../types'
import styles from './image.module.css'

function Input(props: InputProps<FileHeld>) {
  const { t } = useTranslation()
  return (
    <FileDrop {...props} choose={t('fields.image.choose')} accept={['image/*']}>
      {props.value && (
        <Picture
          value={props.value}
          field={props.field}
          record={props.record}
          collection={props.collection}
          className={styles.image}
        />
      )}
    </FileDrop>
  )
}

export const image = defineField<FileHeld>({
  of: fileOf,
  text: (value) => (isPending(value) ? value.pending.name : value.name),
  Display: ({ value, field, record, collection }) => (
    <Picture value={value} field={field} record={record} collection={collection} className={styles.image} />
  ),
  Cell: ({ value }) => <>{isPending(value) ? value.pending.name : value.name}</>,
  Input,
  filter: presenceFilter,
  width: 160,
  inCell: false,
})
