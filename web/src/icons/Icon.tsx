import { IconPoint } from '@tabler/icons-react'
import { icons } from './registry'

/** An icon by its Tabler name, hidden from assistive technology: the word beside it, or its button's label, says what it is. */
export function Icon({
  name,
  size = 18,
  className,
}: {
  name: string | null | undefined
  size?: number
  className?: string | undefined
}) {
  const Found = (name && icons[name]) || IconPoint
  return <Found size={size} stroke={1.6} aria-hidden="true" className={className} focusable="false" />
}
