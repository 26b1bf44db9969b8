import { TextInput, UnstyledButton } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity } from '../../api/types'
import { filterable } from '../../conditions/filterable'
import type { Surroundings } from '../../dictionary/context'
import { useSurroundings } from '../../dictionary/context'
import type { FilterValue } from '../../fields/types'
import { fold } from '../../format/fold'
import type { Column } from '../../table/columns'
import styles from './FilterBar.module.css'

/** Whether a filter says enough to be asked. */
export function isComplete(around: Surroundings, column: Column, value: FilterValue | null): boolean {
  return value !== null && (column.ui.filter?.where(column.path, value, column.field, around) ?? null) !== null
}

/** A choice among the fields of an entity, narrowed by what is typed. */
export function FieldChooser(props: {
  entity: Entity
  onChoose(column: Column): void
  /** Stands beneath the fields. */
  children?: ReactNode
}) {
  const { entity, onChoose, children } = props
  const { t } = useTranslation()
  const around = useSurroundings()
  const [typed, setTyped] = useState('')
  const offered = filterable(around, entity).filter((found) => fold(found.label).includes(fold(typed.trim())))
  return (
    <div className={styles.chooser}>
      <TextInput
        data-autofocus
        aria-label={t('list.filterSearch')}
        placeholder={t('list.filterSearch')}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && offered[0]) {
            event.preventDefault()
            onChoose(offered[0])
          }
        }}
      />
      <ul className={styles.offered} aria-label={t('list.filterOn')}>
        {offered.map((found) => (
          <li key={found.path}>
            <UnstyledButton className={styles.offer} onClick={() => onChoose(found)}>
              {found.label}
            </UnstyledButton>
          </li>
        ))}
        {offered.length === 0 && <li className={styles.none}>{t('fields.nothingFound')}</li>}
      </ul>
      {children}
    </div>
  )
}
