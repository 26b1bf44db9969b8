import type { ComponentType } from 'react'
import type { Entity, Field, RecordData } from '../api/types'
import { quoted } from '../api/where'
import type { Said } from '../device/answer'
import type { Surroundings } from '../dictionary/context'

/** A filter as it is kept in the address: `o` is the operator, the rest depends on it. */
export type FilterValue = { o: string } & Record<
  string,
  string | number | boolean | string[] | { id: string; title: string }[]
>

export interface ValueProps<T> {
  field: Field
  value: T
  /** Of the record shown, where a field needs its address (files). */
  record?: RecordData | undefined
  collection?: string | undefined
}

export interface InputProps<T> {
  field: Field
  value: T | null
  onChange(value: T | null): void
  /** Says that what is typed (`text`, where it is one) cannot be understood; `null` takes it back. */
  onProblem(message: string | null, text?: string): void
  /** What was typed before and could not be understood. */
  typed?: string | undefined
  /** Of the control that the label names; of the group, where the type is one. */
  id: string
  label: string
  describedBy: string | undefined
  invalid: boolean
  required: boolean
  /** Messages of the parts of a composite (`[2].quantity`, `.city`), by the path after the field's name. */
  partErrors: Record<string, string>
  /** What is said of each of the records that it holds (`lines`), in their order. */
  said?: Record<string, Said>[]
  /** A part with a message of its own (`[2].quantity`) is typed in; and is left. */
  onEnter?(part: string): void
  onLeave?(part: string): void
  /** The record being edited; absent while it is created. */
  record: RecordData | null
  collection: string
}

export interface FilterEditorProps {
  field: Field
  path: string
  value: FilterValue | null
  onChange(value: FilterValue): void
}

/** A value that a condition compares with, as it is written. */
export type Written =
  | { kind: 'text' | 'number' | 'date' | 'datetime' | 'perimeter'; value: string }
  | { kind: 'boolean'; value: boolean }
  /** So many days after today. */
  | { kind: 'today'; days: number }
  | { kind: 'null' | 'me' }

/** A comparison of the value at a path, as it is written: `is` and `not` are those of a yes or no. */
export interface Test {
  operator: '=' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'contains' | 'starts with' | 'ends with' | 'is' | 'not'
  /** Of an instant, its day is compared. */
  day: boolean
  values: Written[]
}

export interface FilterUi {
  /** What it stands at when it opens. */
  first: FilterValue
  Editor: ComponentType<FilterEditorProps>
  /** The filter as an expression; `null` while it is not complete. */
  where(path: string, value: FilterValue, field: Field, around: Surroundings): string | null
  /** What its chip says after the field's name. */
  text(value: FilterValue, field: Field, around: Surroundings): string
  /** The filter that keeps the records of one value of a group, by its key (`null`: without a value) and what it is called. Absent or
   * `null`: there is none. */
  exactly?(key: string | null, title: string): FilterValue | null
  /** The filter that is written as these tests of one path together: mostly one, two where it is a range. Absent or `null`: there is none. */
  read?(tests: readonly Test[]): FilterValue | null
  /** The filter that keeps the days from the first to the last, both ISO dates. Absent: it knows no days. */
  during?(first: string, last: string): FilterValue
}

/** What can be reckoned over the values of many records. */
export const aggregates = ['sum', 'average', 'min', 'max'] as const
export type Aggregate = (typeof aggregates)[number]

/** Everything the interface knows of one field type. `T` is the value as screens hold it. */
export interface TypedFieldUi<T> {
  /** The value in a record page. Never called with an empty value. */
  Display: ComponentType<ValueProps<T>>
  /** The value on one line of a table; absent: as displayed. */
  Cell?: ComponentType<ValueProps<T>>
  Input: ComponentType<InputProps<T>>
  filter: FilterUi | null
  /** The value in one line of plain words, for history, conflicts and hovering. */
  text(value: T, field: Field, around: Surroundings): string
  /** What the record says; `null` when empty or unreadable. Absent: the property of the field's name. */
  read?(record: RecordData, field: Field): T | null
  /** The properties that say it to the API. Absent: the property of the field's name. */
  write?(value: T | null, field: Field): Record<string, unknown>
  /** Properties from which `read` finds the value again: what `write` says and what the server would add. Absent: as `write`. */
  echo?(value: T | null, field: Field): Record<string, unknown>
  /** Narrows a value of the wire; `null` when it is not one of this type. */
  of(raw: unknown): T | null
  /** What a filter compares the field with to find the records that name one of `entity`. Absent: its id. */
  names?(entity: Entity, recordId: string): string
  /** The colour a value gives its record on boards, calendars and maps: a name of the palette or `#rrggbb`. Absent: none. */
  colour?(value: T, field: Field, around: Surroundings): string | null
  /** What can be reckoned over many values; absent: nothing. The first is what a list shows of itself. */
  aggregate?: readonly Aggregate[]
  /** A value, as the wire says it, in the expression language. Absent: as a text. */
  literal?(raw: string | number | boolean): string
  /** Typed in a cell of a list; absent: where one line is enough. */
  inCell?: boolean
  /** Whether records are grouped by its values, by periods of them, or not. Absent: not. */
  groups?: 'values' | 'periods' | 'none'
  align?: 'start' | 'end'
  /** Column width when neither the field nor the person says one, pixels. */
  width?: number
  /** Takes the whole width of a section whatever its span. */
  wide?: boolean
  /** Made of several controls: the label names the group. */
  group?: boolean
}

/** A field type with its value type forgotten, as the registry holds it. */
export interface FieldUi {
  Display: ComponentType<ValueProps<unknown>>
  Cell: ComponentType<ValueProps<unknown>>
  Input: ComponentType<InputProps<unknown>>
  filter: FilterUi | null
  text(value: unknown, field: Field, around: Surroundings): string
  read(record: RecordData, field: Field): unknown
  write(value: unknown, field: Field): Record<string, unknown>
  echo(value: unknown, field: Field): Record<string, unknown>
  of(raw: unknown): unknown
  names(entity: Entity, recordId: string): string
  colour(value: unknown, field: Field, around: Surroundings): string | null
  aggregate: readonly Aggregate[]
  literal(raw: string | number | boolean): string
  inCell: boolean
  groups: 'values' | 'periods' | 'none'
  align: 'start' | 'end'
  width: number
  wide: boolean
  group: boolean
}

/** Completes a field type with what most have in common. */
export function defineField<T>(ui: TypedFieldUi<T>): FieldUi {
  const complete: Required<TypedFieldUi<T>> = {
    Cell: ui.Display,
    read: (record, field) => ui.of(record[field.name]),
    write: (value, field) => ({ [field.name]: value }),
    echo: (value, field) => (ui.write ? ui.write(value, field) : { [field.name]: value }),
    names: (_entity, recordId) => recordId,
    colour: () => null,
    aggregate: [],
    literal: (raw) => quoted(String(raw)),
    inCell: !ui.wide && !ui.group,
    groups: 'none',
    align: 'start',
    width: 160,
    wide: false,
    group: false,
    ...ui,
  }
  // The one place where the value's type is forgotten: every value that reaches a component went through `of` or `read`.
  return complete as unknown as FieldUi
}

/** A text that is not empty. */
export function textOf(raw: unknown): string | null {
  return typeof raw === 'string' && raw !== '' ? raw : null
}
