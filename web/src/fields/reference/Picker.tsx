import { Combobox, Input, useCombobox } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { titleOf } from '../../dictionary/model'
import { Icon } from '../../icons/Icon'
import { IconAction } from '../../ui/IconAction'
import type { InputProps } from '../types'
import styles from './Picker.module.css'
import type { ReferenceValue } from './reference'
import { pickerQuery } from './search'
import { useTitle } from './useTitle'

const nobody: ReferenceValue = { id: '', title: ' ' }

/** Finds a record by typing a part of its name or code; arrows choose, Enter takes, Escape leaves it as it was. */
export function Picker({
  id,
  field,
  value,
  onChange,
  describedBy,
  invalid,
  required,
  label,
  named,
  inPlace = false,
}: InputProps<ReferenceValue> & {
  /** Says what is picked where no label does. */
  named?: string
  /** In something that closes when one clicks outside of it. */
  inPlace?: boolean
}) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const entity = field.to ? dictionary.entities[field.to] : undefined
  const [typed, setTyped] = useState<string | null>(null)
  const asked = useDeferredValue(typed ?? '')
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() })
  const current = useTitle(field, value ?? nobody)
  const query = entity ? pickerQuery(dictionary, entity, field.filter, asked) : {}
  const found = useQuery({
    queryKey: ['pick', dictionary.environment.name, field.to, query],
    enabled: box.dropdownOpened && entity !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => (await source.list(entity?.collection ?? '', query, { signal })).value,
  })
  const records = found.data ?? []
  const take = (recordId: string) => {
    const record = records.find((candidate) => candidate.id === recordId)
    if (record) onChange({ id: record.id, title: titleOf(record) })
    setTyped(null)
    box.closeDropdown()
  }
  return (
    <Combobox store={box} onOptionSubmit={take} withinPortal={!inPlace} transitionProps={{ duration: 100 }}>
      <Combobox.Target>
        <Input
          id={id}
          value={typed ?? (value ? current : '')}
          placeholder={t('fields.keepTyping')}
          autoComplete="off"
          error={invalid}
          aria-label={named}
          aria-describedby={describedBy}
          aria-required={required || undefined}
          leftSection={entity ? <Icon name={entity.icon} size={16} /> : undefined}
          rightSectionPointerEvents="all"
          rightSection={
            value && !required ? (
              <IconAction
                icon="x"
                size={24}
                label={t('fields.clear', { name: label })}
                onClick={() => onChange(null)}
              />
            ) : (
              <Icon name="chevron-down" size={16} />
            )
          }
          onFocus={(event) => event.currentTarget.select()}
          onClick={() => box.openDropdown()}
          onChange={(event) => {
            setTyped(event.currentTarget.value)
            box.openDropdown()
          }}
          onBlur={() => {
            // Text that was never chosen is no reference: emptied by hand means emptied, anything else goes back.
            if (typed?.trim() === '' && !required) onChange(null)
            setTyped(null)
            box.closeDropdown()
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && box.dropdownOpened) {
              event.stopPropagation()
              setTyped(null)
            }
            // The best answer is taken when none was chosen by the arrows, once it is the answer to what is typed.
            const best = records[0]
            const answered = asked === (typed ?? '') && !found.isPlaceholderData && !found.isFetching
            if (
              event.key === 'Enter' &&
              best &&
              typed &&
              answered &&
              box.dropdownOpened &&
              box.getSelectedOptionIndex() < 0
            ) {
              event.preventDefault()
              take(best.id)
            }
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={found.data === undefined}>
        <Combobox.Options aria-label={t('fields.searchTo', { what: label })} mah={300} className={styles.options}>
          {records.map((record) => {
            const title = titleOf(record) || t('list.unnamed')
            const beside = typeof record.code === 'string' && record.code !== title ? record.code : ''
            return (
              <Combobox.Option key={record.id} value={record.id} active={record.id === value?.id}>
                <span className={styles.option}>
                  <span className={styles.title}>{title}</span>
                  <span className="quiet figures">{beside}</span>
                </span>
              </Combobox.Option>
            )
          })}
          {records.length === 0 && <Combobox.Empty>{t('fields.nothingFound')}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
