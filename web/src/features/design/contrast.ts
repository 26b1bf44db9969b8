/** Red, green and blue of a colour as the browser computes it, 0–255: `rgb(28, 36, 48)`. `null` for one that lets others through. */
export function channelsOf(computed: string): [number, number, number] | null {
  const [red, green, blue, alpha] = (computed.match(/[\d.]+/g) ?? []).map(Number)
  if (red === undefined || green === undefined || blue === undefined || (alpha !== undefined && alpha < 1)) return null
  return [red, green, blue]
}

/** How much light a colour gives, 0 (black) to 1 (white). Source: WCAG 2.2, relative luminance. */
function luminance(channels: [number, number, number]): number {
  const [red, green, blue] = channels.map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Contrast of two colours, 1 to 21. Source: WCAG 2.2, contrast ratio. */
export function contrast(one: [number, number, number], other: [number, number, number]): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (lighter + 0.05) / (darker + 0.05)
}
