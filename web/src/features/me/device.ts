/** What a browser says of itself, in the names people know: `Firefox`, `Android`. `null` where it does not say. */
export function deviceOf(agent: string | null): { browser: string | null; system: string | null; phone: boolean } {
  const said = agent ?? ''
  const first = (names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(said))?.[1] ?? null
  return { browser: first(browsers), system: first(systems), phone: /Mobile|Android|iPhone|iPad/.test(said) }
}

// The order counts: every one of them also says the name of an older one.
const browsers: [RegExp, string][] = [
  [/Edg(?:e|A|iOS)?\//, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/HeadlessChrome\/|Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]

const systems: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/CrOS/, 'ChromeOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/Linux|X11/, 'Linux'],
]

/** Where an address is, as far as an address says it. */
export function placeOf(address: string | null): 'here' | 'near' | 'away' {
  if (!address || address === '::1' || address.startsWith('127.')) return 'here'
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|fe80:|f[cd])/i.test(address) ? 'near' : 'away'
}
