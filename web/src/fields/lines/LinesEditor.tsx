import { Button } from '@mantine/core'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { effective } from '../../dictionary/model'
import { Icon } from '../../icons/Icon'
import { IconAction } from '../../ui/IconAction'
import { fieldUi } from '../registry'
import type { InputProps } from '../types'
import { lineFields } from './columns'
import styles from './lines.module.css'
import { isSet, type Line, lineWith } from './value'

/** Lines edited in place: every cell is the input of its field. They are saved with the record, all together. */
export function LinesEditor(props: InputProps<Line[]>) {
  const { id, field, value, onChange, describedBy, partErrors, onProblem, said = [], onEnter, onLeave } = props
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const count = useRef(0)
  const body = useRef<HTMLTableSectionElement>(null)
  const of = lineFields(dictionary, field)
  if (!of) return null
  const lines = value ?? []
  const replace = (position: number, line: Line) =>
    onChange(lines.map((other, index) => (index === position ? line : other)))
  const add = () => {
    count.current += 1
    const line: Line = { key: `new-${lines.length}-${count.current}`, data: { id: '' }, set: [] }
    onChange([...lines, line])
    // The first cell of the new line is where one goes on typing.
    requestAnimationFrame(() =>
      body.current?.querySelector<HTMLElement>('tr:last-child input, tr:last-child textarea')?.focus(),
    )
  }
  return (
    <div id={id} aria-describedby={describedBy}>
      {lines.length > 0 && (
        <div className={styles.scroll}>
          <table className={styles.table} data-editing>
            <thead>
              <tr>
                {of.fields.map((one) => (
                  <th key={one.name} scope="col" data-align={fieldUi(one).align}>
                    {label(one.label)}
                    {one.required && <span className={styles.required} aria-hidden="true" />}
                  </th>
                ))}
                <th scope="col">
                  <span className="hidden-text">{t('fields.remove')}</span>
                </th>
              </tr>
            </thead>
            <tbody ref={body}>
              {lines.map((line, position) => (
                <tr key={line.key}>
                  {of.fields.map((one) => {
                    const ui = fieldUi(one)
                    const shown = effective(one)
                    const cell = said[position]?.[one.name] ?? {}
                    const part = `[${position}].${one.name}`
                    // What was not typed here is what it will be: computed, or by default.
                    const isWorth = cell.value !== undefined && !isSet(line, one)
                    const held = isWorth ? ui.read({ id: '', [one.name]: cell.value }, shown) : ui.read(line.data, one)
                    const cellId = `${id}-${line.key}-${one.name}`
                    const fault = partErrors[part] ?? partErrors[`${part}_id`]
                    if (cell.visible === false) return <td key={one.name} />
                    if (shown.read_only || cell.editable === false)
                      return (
                        <td key={one.name} data-align={ui.align}>
                          {held === null ? null : <ui.Cell field={shown} value={held} />}
                        </td>
                      )
                    return (
                      <td
                        key={one.name}
                        data-part={part}
                        onFocus={() => onEnter?.(part)}
                        onBlur={() => onLeave?.(part)}
                      >
                        <label className="hidden-text" htmlFor={cellId}>
                          {`${label(one.label)}, ${t('fields.lines.line', { number: position + 1 })}`}
                        </label>
                        <ui.Input
                          field={shown}
                          value={held}
                          onChange={(next) =>
                            replace(position, lineWith(line, ui.write(next, one), ui.echo(next, one)))
                          }
                          onProblem={(message) => onProblem(message)}
                          id={cellId}
                          label={label(one.label)}
                          describedBy={fault ? `${cellId}-fault` : undefined}
                          invalid={Boolean(fault)}
                          required={cell.required ?? one.required}
                          partErrors={{}}
                          record={line.data.id ? line.data : null}
                          collection={of.entity.collection}
                        />
                        {fault && (
                          <p id={`${cellId}-fault`} className={styles.fault}>
                            {fault}
                          </p>
                        )}
                      </td>
                    )
                  })}
                  <td className={styles.last}>
                    <IconAction
                      icon="trash"
                      label={t('fields.lines.remove', { number: position + 1 })}
                      onClick={() => onChange(lines.filter((_, index) => index !== position))}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Button variant="default" className={styles.add} onClick={add} leftSection={<Icon name="plus" size={16} />}>
        {t('fields.lines.add')}
      </Button>
    </div>
  )
}
