import { useTranslation } from 'react-i18next'
import type { Entity, RecordData, Tab } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { fieldOf } from '../../dictionary/model'
import { FieldSlot } from './FieldSlot'
import styles from './FormBody.module.css'
import { RelatedList } from './RelatedList'
import type { Conduct } from './useConduct'
import type { RecordForm } from './useRecordForm'

interface Props {
  entity: Entity
  tab: Tab
  record: RecordData | null
  form: RecordForm | null
  conduct: Conduct
  onEdit?: (field: string) => void
}

/** The tabs of the form that a record, or one being made, can show. */
export function tabsOf(entity: Entity, record: RecordData | null, t: (key: 'record.general') => string): Tab[] {
  const written = entity.form.tabs.filter((tab) => record || tab.sections.length > 0)
  if (written.length) return written
  const fields = entity.fields.filter((field) => !field.system).map((field) => ({ field: field.name, span: 1 }))
  const word = t('record.general')
  return [
    {
      name: 'general',
      label: { fr: word, en: word },
      sections: [{ name: 'all', label: null, columns: 2, fields }],
      related: null,
    },
  ]
}

/** The fields a tab shows. */
export function fieldsOfTab(tab: Tab): string[] {
  return tab.sections.flatMap((section) => section.fields.map((one) => one.field))
}

/** One tab of a form: its sections, then the records that refer to this one. */
export function FormBody({ entity, tab, record, form, conduct, onEdit }: Props) {
  const { label } = useSurroundings()
  const { t } = useTranslation()
  // The state moves by its actions, and begins where the machine says.
  const stateField = entity.states?.field
  return (
    <div className={styles.body}>
      {tab.sections.map((section) => {
        const fields = section.fields.flatMap(({ field: name, span }) => {
          const field = fieldOf(entity, name)
          return field && conduct.isVisible(field) ? [{ field, span }] : []
        })
        if (fields.length === 0) return null
        return (
          <section
            key={section.name}
            className={styles.section}
            aria-label={label(section.label) || t('record.general')}
          >
            {section.label && <h2>{label(section.label)}</h2>}
            <div className={styles.grid} data-columns={Math.min(Math.max(section.columns, 1), 3)}>
              {fields.map(({ field, span }) => (
                <FieldSlot
                  key={field.name}
                  field={field}
                  span={span}
                  record={record}
                  collection={entity.collection}
                  form={form}
                  conduct={conduct}
                  locked={field.name === stateField}
                  onEdit={onEdit}
                />
              ))}
            </div>
          </section>
        )
      })}
      {tab.related && record && <RelatedList related={tab.related} record={record} owner={entity} />}
    </div>
  )
}
