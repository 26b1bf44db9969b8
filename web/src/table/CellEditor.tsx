import { useEffect, useId, useRef, useState } from 'react'
import type { RecordData } from '../api/types'
import type { Column } from './columns'
import styles from './RecordTable.module.css'

interface Props {
  column: Column
  row: RecordData
  collection: string
  onSave(value: unknown): void
  /** To the cell before, to none, or to the next. */
  onLeave(by: -1 | 0 | 1): void
}

/** A value typed where it stands. Enter, Tab and leaving keep it, Escape does not. */
export default function CellEditor({ column, row, collection, onSave, onLeave }: Props) {
  const id = useId()
  const frame = useRef<HTMLSpanElement>(null)
  const before = column.read(row)
  const [value, setValue] = useState<unknown>(before)
  const [problem, setProblem] = useState<string | null>(null)
  const left = useRef(false)
  const { field, ui } = column
  // The input is not ours to give `autoFocus` to: each type has its own.
  useEffect(() => {
    const input = frame.current?.querySelector<HTMLElement>('input, textarea, button')
    input?.focus()
    if (input instanceof HTMLInputElement && input.type !== 'checkbox') input.select()
  }, [])
  const same = JSON.stringify(ui.write(value, field)) === JSON.stringify(ui.write(before, field))
  const leave = (by: -1 | 0 | 1, keep: boolean) => {
    if (left.current) return
    if (keep && problem) return
    left.current = true
    if (keep && !same) onSave(value)
    onLeave(by)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the input inside
    <span
      ref={frame}
      className={styles.editor}
      title={problem ?? undefined}
      onKeyDown={(event) => {
        // An open list of options has its own use of these keys.
        if (event.defaultPrevented || frame.current?.querySelector('[aria-expanded=true]')) return
        if (event.key === 'Escape') leave(0, false)
        else if (event.key === 'Enter') leave(0, true)
        else if (event.key === 'Tab') leave(event.shiftKey ? -1 : 1, true)
        else return
        event.preventDefault()
        event.stopPropagation()
      }}
      onBlur={(event) => {
        const to = event.relatedTarget
        // Into a calendar or a list of options that floats elsewhere is not away.
        if (to instanceof Element && (frame.current?.contains(to) || to.closest('[data-portal]'))) return
        leave(0, true)
      }}
    >
      <label htmlFor={id} className="hidden-text">
        {column.label}
      </label>
      <ui.Input
        id={id}
        field={field}
        label={column.label}
        value={value}
        onChange={setValue}
        onProblem={setProblem}
        describedBy={undefined}
        invalid={problem !== null}
        required={field.required}
        partErrors={{}}
        record={row}
        collection={collection}
      />
    </span>
  )
}
