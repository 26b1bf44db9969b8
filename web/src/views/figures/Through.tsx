import { useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Entity } from '../../api/types'
import { useFollow } from '../../app/follow'
import { useSurroundings } from '../../dictionary/context'

interface Props {
  entity: Entity
  /** State of the list, as its address keeps it. */
  search: object
  /** Said instead of what stands inside. */
  label?: string
  className?: string | undefined
  /** One of many shapes: see `useRoving`. */
  mark?: boolean
  children: ReactNode
}

/** A figure or a shape that leads to the list of its records. Inside an SVG it is an element of it, which the router's own link is not. */
export function Through({ entity, search, label, className, mark, children }: Props) {
  const router = useRouter()
  const { dictionary } = useSurroundings()
  const href = `/e/${dictionary.environment.name}/${entity.collection}${router.options.stringifySearch(search)}`
  const follow = useFollow()
  return (
    <a
      href={href}
      className={className}
      onClick={(event) => follow(event, href)}
      {...(label ? { 'aria-label': label } : {})}
      {...(mark ? { 'data-mark': true } : {})}
    >
      {children}
    </a>
  )
}
