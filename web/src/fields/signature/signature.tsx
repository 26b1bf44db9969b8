import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { patiently } from '../../app/patiently'
import { presenceFilter } from '../filters/presence'
import { type FileHeld, fileOf, isPending } from '../shared/files'
import { Picture } from '../shared/Picture'
import { defineField, type ValueProps } from '../types'
import styles from './signature.module.css'

const Pad = lazy(() => patiently(() => import('./Pad')))

function Signed({ value, field, record, collection }: ValueProps<FileHeld>) {
  const { t } = useTranslation()
  const alt = t('fields.signature.alt')
  return (
    <Picture value={value} field={field} record={record} collection={collection} className={styles.drawn} alt={alt} />
  )
}

export const signature = defineField<FileHeld>({
  of: fileOf,
  text: (value, _field, { t }) => (isPending(value) ? value.pending.name : t('fields.signature.alt')),
  Display: Signed,
  Cell: ({ value }) => <>{isPending(value) ? value.pending.name : value.name}</>,
  Input: (props) => (
    <Suspense fallback={<span className={styles.pad} />}>
      <Pad {...props} />
    </Suspense>
  ),
  filter: presenceFilter,
  width: 140,
  inCell: false,
})
