import { useEffect, useState } from 'react'
import type { Field, RecordData } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { type FileHeld, isPending } from './files'

interface Props {
  value: FileHeld
  field: Field
  record: RecordData | null | undefined
  collection: string | undefined
  className: string | undefined
  alt?: string
}

/** A stored picture, or one that waits to be sent. */
export function Picture({ value, field, record, collection, className, alt }: Props) {
  const { source } = useSurroundings()
  const waiting = isPending(value) ? value.pending : null
  const local = useLocalAddress(waiting)
  const address =
    local ??
    (!waiting && record && collection && !isPending(value)
      ? source.fileUrl(collection, record.id, field.name, value.hash)
      : null)
  const name = isPending(value) ? value.pending.name : value.name
  return address ? <img src={address} alt={alt ?? name} className={className} loading="lazy" /> : null
}

/** An address for the bytes of a file held here, given back when they are no longer shown. */
function useLocalAddress(file: File | null): string | null {
  const [address, setAddress] = useState<string | null>(null)
  useEffect(() => {
    if (!file) return
    const made = URL.createObjectURL(file)
    setAddress(made)
    return () => {
      URL.revokeObjectURL(made)
      setAddress(null)
    }
  }, [file])
  return address
}
