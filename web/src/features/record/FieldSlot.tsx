import { Tooltip } from '@mantine/core'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { Field, RecordData } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { effective } from '../../dictionary/model'
import { fieldUi } from '../../fields/registry'
import { Icon } from '../../icons/Icon'
import styles from './FieldSlot.module.css'
import type { Conduct } from './useConduct'
import type { RecordForm } from './useRecordForm'

interface Props {
  field: Field
  span: number
  record: RecordData | null
  collection: string
  /** Absent while the record is only looked at. */
  form: RecordForm | null
  conduct: Conduct
  /** The field moves by its own means (states): shown, not typed. */
  locked?: boolean
  onEdit?: ((field: string) => void) | undefined
}

/** A field in a section: its label above, then its value or the way to type it, then what is wrong with it. */
export function FieldSlot({ field: raw, span, record, collection, form, conduct, locked, onEdit }: Props) {
  const { t } = useTranslation()
  const { label } = useSurroundings()
  const id = useId()
  const field = effective(raw)
  const ui = fieldUi(field)
  const word = label(field.label)
  const help = label(field.help)
  const open = form !== null && !field.read_only && !locked
  const writable = open && conduct.isEditable(raw)
  const required = conduct.isRequired(raw)
  const worth = form && !(raw.name in form.edits) ? conduct.worth(raw) : undefined
  const value = worth !== undefined ? worth : form ? form.value(raw) : record ? ui.read(record, field) : null
  const fault = form
    ? (form.messages.own[field.name] ?? form.misunderstood[field.name]?.why ?? conduct.own(field))
    : undefined
  const parts = form ? { ...conduct.parts(field), ...form.messages.parts[field.name] } : {}
  const described = [help ? `${id}-help` : '', fault ? `${id}-fault` : ''].filter(Boolean).join(' ') || undefined
  const labelId = `${id}-label`
  const head = (
    <>
      {word}
      {writable && required && (
        <span className={styles.required} title={t('record.required')} aria-hidden="true">
          *
        </span>
      )}
    </>
  )
  const content = writable ? (
    <ui.Input
      field={field}
      value={value}
      onChange={(next) => form.set(raw, next, record ? undefined : conduct.worth(raw))}
      onProblem={(message, text) => form.setProblem(raw, message, text)}
      typed={form.misunderstood[raw.name]?.text}
      id={id}
      label={word}
      describedBy={described}
      invalid={Boolean(fault)}
      required={required}
      partErrors={parts}
      said={conduct.lines(field)}
      onEnter={(part) => conduct.enter(`${field.name}${part}`)}
      onLeave={(part) => conduct.leave(`${field.name}${part}`)}
      record={record}
      collection={collection}
    />
  ) : value === null ? (
    <span className={styles.none}>{form && !record && !open ? t('record.automatic') : '—'}</span>
  ) : (
    <ui.Display field={field} value={value} record={record ?? undefined} collection={collection} />
  )
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a double click is a shortcut; the button and `e` do the same
    <div
      className={styles.slot}
      data-span={ui.wide ? 'all' : span}
      data-field={field.name}
      data-fault={fault || Object.keys(parts).length ? true : undefined}
      onFocus={writable ? (event) => !isPart(event.target) && conduct.enter(field.name) : undefined}
      onBlur={
        writable
          ? (event) => {
              // From one control of a field to the next is not leaving it.
              if (!event.currentTarget.contains(event.relatedTarget)) conduct.leave(field.name)
            }
          : undefined
      }
      onDoubleClick={onEdit && !field.read_only && !locked ? () => onEdit(field.name) : undefined}
      {...(writable && ui.group ? { role: 'group', 'aria-labelledby': labelId } : {})}
    >
      <span className={styles.head}>
        {writable && !ui.group ? (
          <label id={labelId} htmlFor={id}>
            {head}
          </label>
        ) : (
          <span id={labelId}>{head}</span>
        )}
        {help && (
          <Tooltip label={help} multiline w={280} events={{ hover: true, focus: true, touch: true }}>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: help must be reachable by keyboard */}
            <span className={styles.help} tabIndex={0} role="img" aria-label={help}>
              <Icon name="help" size={14} />
            </span>
          </Tooltip>
        )}
      </span>
      {help && (
        <span id={`${id}-help`} className="hidden-text">
          {help}
        </span>
      )}
      <div className={styles.value}>{content}</div>
      {fault && (
        <p id={`${id}-fault`} className={styles.fault}>
          <Icon name="alert-circle" size={14} />
          {fault}
        </p>
      )}
    </div>
  )
}

/** Whether an element is in a part of a field that tells for itself when it is left. */
function isPart(element: Element): boolean {
  return element.closest('[data-part]') !== null
}
