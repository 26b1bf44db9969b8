import type { SVGProps } from 'react'

/** A word of a drawing. Whoever hears the drawing has it from the shapes. */
export function Word(props: SVGProps<SVGTextElement>) {
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a text of an SVG takes no focus
  return <text {...props} aria-hidden="true" />
}
