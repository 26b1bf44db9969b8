import { Input } from '@mantine/core'
import { type HTMLInputTypeAttribute, type ReactNode, useState } from 'react'
import type { Field } from '../../api/types'
import type { InputProps } from '../types'

/** What a line of text has of what a form gives its inputs. */
export interface LineProps<T>
  extends Pick<
    InputProps<T>,
    'value' | 'onChange' | 'onProblem' | 'typed' | 'id' | 'describedBy' | 'invalid' | 'required'
  > {
  field: Pick<Field, 'max_length'>
}

interface Props<T> extends LineProps<T> {
  /** The value as it is typed. */
  shown(value: T): string
  /** What was typed, as a value; `undefined` when it cannot be understood. */
  understood(typed: string): T | undefined
  /** Said when it cannot. */
  misunderstood?: string
  type?: HTMLInputTypeAttribute
  inputMode?: 'text' | 'numeric' | 'decimal' | 'tel' | 'email' | 'url'
  rightSection?: ReactNode
  rightSectionWidth?: number
  placeholder?: string
  autoComplete?: string
  align?: 'end'
}

/**
 * One line of text that stands for a value. What is typed stays as typed until the field is left; then it is shown the way the value
 * is written. What cannot be understood is kept and said, never dropped.
 */
export function TextControl<T>(props: Props<T>) {
  const { id, value, field, describedBy, invalid, required, onChange, onProblem, shown, understood } = props
  // What was typed holds only as long as the value is the one it gave: a value set from elsewhere is shown instead.
  const [typed, setTyped] = useState<{ text: string; gave: T | null } | null>(
    props.typed === undefined ? null : { text: props.typed, gave: value },
  )
  const own = typed !== null && Object.is(typed.gave, value)
  const text = own ? typed.text : value === null ? '' : shown(value)
  const type = (next: string) => {
    const found = next.trim() === '' ? null : understood(next)
    // Half a date is not a fault: it is said when the field is left.
    setTyped({ text: next, gave: found === undefined ? value : found })
    if (found === undefined) return
    onProblem(null)
    onChange(found)
  }
  const leave = () => {
    if (!own) return
    if (typed.text.trim() !== '' && understood(typed.text) === undefined)
      onProblem(props.misunderstood ?? null, typed.text)
    else setTyped(null)
  }
  return (
    <Input
      id={id}
      value={text}
      type={props.type ?? 'text'}
      inputMode={props.inputMode}
      maxLength={field.max_length}
      placeholder={props.placeholder}
      autoComplete={props.autoComplete ?? 'off'}
      aria-describedby={describedBy}
      aria-required={required || undefined}
      error={invalid}
      rightSection={props.rightSection}
      rightSectionWidth={props.rightSectionWidth}
      rightSectionPointerEvents={typeof props.rightSection === 'string' ? 'none' : 'all'}
      styles={props.align === 'end' ? { input: { textAlign: 'end', fontVariantNumeric: 'tabular-nums' } } : undefined}
      onChange={(event) => type(event.currentTarget.value)}
      onBlur={leave}
    />
  )
}
