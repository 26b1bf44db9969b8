/** What the device says of a field; what is absent is as the dictionary has it for every record. */
export interface Said {
  /** `null`: not known here. */
  visible?: boolean | null
  editable?: boolean | null
  required?: boolean
  /** Of a computed field, or of one that has a default and was not given; absent when it is not known. */
  value?: unknown
}

export interface DeviceProblem {
  /** `name`, `lines[2].quantity`; empty for one of the whole record. */
  field: string
  code: string
  message: string
}

export interface Answer {
  fields: Record<string, Said>
  lines: Record<string, Record<string, Said>[]>
  problems: DeviceProblem[]
}

export const noAnswer: Answer = { fields: {}, lines: {}, problems: [] }
