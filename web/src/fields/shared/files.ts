import type { FileValue } from '../../api/types'

/** A file chosen here and not sent yet: it goes when the record is saved. */
export interface PendingFile {
  pending: File
  /** Kept byte for byte, as documents are; a picture is made anew otherwise. */
  asItIs?: boolean
}

export type FileHeld = FileValue | PendingFile

export function isPending(value: unknown): value is PendingFile {
  return typeof value === 'object' && value !== null && 'pending' in value && value.pending instanceof File
}

/** A stored file as the API describes it, or one that waits. */
export function fileOf(raw: unknown): FileHeld | null {
  if (isPending(raw)) return raw
  if (!raw || typeof raw !== 'object') return null
  const { name, type, size, hash } = raw as Partial<FileValue>
  return typeof name === 'string' ? { name, type: type ?? '', size: size ?? 0, hash: hash ?? '' } : null
}

/** Whether a media type is one of those accepted (`image/*`, `application/pdf`); everything is when none is named. */
export function isAccepted(type: string, accept: string[] | undefined): boolean {
  if (!accept?.length) return true
  return accept.some((pattern) => (pattern.endsWith('/*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern))
}
