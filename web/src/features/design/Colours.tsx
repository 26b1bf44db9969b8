import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useState } from 'react'
import { channelsOf, contrast } from './contrast'
import styles from './Design.module.css'
import { Part } from './Part'

/** What each colour that is read or looked for stands on. */
const grounds = ['--sheet', '--linen']

interface Swatch {
  name: string
  /** Against the sheet and the page; `null` where one lets the other through. */
  ratios: (number | null)[]
}

/** The colours of `tokens.css` with their contrast, read from what the browser applies: a new token is shown without a word here. */
export function Colours() {
  const theme = useComputedColorScheme()
  const [swatches, setSwatches] = useState<Swatch[]>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme gives other colours
  useEffect(() => setSwatches(tokenNames().map(measured)), [theme])
  return (
    <Part title="Colours" hint="Contrast against the sheet and against the page: text needs 4.5, a mark or an edge 3.">
      <ul className={styles.swatches}>
        {swatches.map(({ name, ratios }) => (
          <li key={name} className={styles.swatch}>
            <span className={styles.colour} style={{ background: `var(${name})` }} />
            <code>{name.slice(2)}</code>
            <span className="figures quiet">{ratios.map((ratio) => ratio?.toFixed(1) ?? '–').join(' · ')}</span>
          </li>
        ))}
      </ul>
    </Part>
  )
}

function measured(name: string): Swatch {
  const own = channels(name)
  const ratios = grounds.map((ground) => {
    const under = channels(ground)
    return own && under ? contrast(own, under) : null
  })
  return { name, ratios }
}

/** A token as the browser applies it, on an element of its own: one that had another colour would still be on its way from it. */
function channels(token: string): [number, number, number] | null {
  const probe = document.createElement('span')
  probe.style.color = `var(${token})`
  document.body.append(probe)
  const found = channelsOf(getComputedStyle(probe).color)
  probe.remove()
  return found
}

/** Names of our colours: what a theme gives that is neither the component library's nor a shadow. */
function tokenNames(): string[] {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
  const light = rules.find(
    (rule): rule is CSSStyleRule => rule instanceof CSSStyleRule && rule.style.getPropertyValue('--linen') !== '',
  )
  return [...(light?.style ?? [])].filter((name) => name.startsWith('--') && name !== '--shadow')
}
