import { kept, locales, type Manner } from './locale'

/**
 * A decimal as people write it: `1 234,50`. Digits are grouped on the text itself, so a number longer than a double holds stays exact.
 *
 * `scale`: digits after the point that are always shown; without it, those there are.
 */
export function decimal(value: number | string, manner: Manner, scale?: number): string {
  const text = plainText(value)
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text) ?? []
  if (text === '' || !/^-?\d*(\.\d*)?$/.test(text)) return String(value)
  const { group, point } = separators(manner)
  const grouped = (whole || '0').replace(/\B(?=(\d{3})+(?!\d))/g, group)
  const digits = scale === undefined ? fraction : fraction.padEnd(scale, '0')
  return `${sign === '-' ? '−' : ''}${grouped}${digits ? point + digits : ''}`
}

/** `1 234,50 €` in French, `€1,234.50` in English. */
export function money(value: number | string, manner: Manner, currency = manner.currency, scale = 2): string {
  const digits = decimal(value, manner, scale)
  const symbol = kept(`currency ${manner.language} ${currency}`, () =>
    new Intl.NumberFormat(locales[manner.language], { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
      .formatToParts(1)
      .filter((part) => part.type === 'currency')
      .map((part) => part.value)
      .join(''),
  )
  if (manner.language === 'fr') return `${digits}\u00a0${symbol}`
  return digits.startsWith('−') ? `−${symbol}${digits.slice(1)}` : `${symbol}${digits}`
}

/**
 * What a person typed, as the API's text: `1 234,5` → `1234.5`; `null` if it is no number.
 *
 * Spaces of every kind are ignored; a comma is a decimal point, and so is a point that is the only separator.
 */
export function parseDecimal(typed: string): string | null {
  let text = typed.replace(/[\s\u00a0\u202f']/g, '').replace(/^\u2212/, '-')
  const comma = text.lastIndexOf(',')
  const point = text.lastIndexOf('.')
  if (comma >= 0 && point >= 0) {
    // Both are there: the last one is the decimal point, the other groups digits.
    text = comma > point ? text.replaceAll('.', '').replace(',', '.') : text.replaceAll(',', '')
  } else {
    text = text.replace(',', '.')
  }
  if (!/^[-+]?(\d+(\.\d*)?|\.\d+)$/.test(text)) return null
  const [whole = '', fraction = ''] = text.replace('+', '').split('.')
  const sign = whole.startsWith('-') ? '-' : ''
  const digits = whole.replace('-', '').replace(/^0+(?=\d)/, '') || '0'
  return fraction ? `${sign}${digits}.${fraction}` : `${sign}${digits}`
}

/** A number text as the API wants it: a JSON number where a double holds it exactly, else the text. */
export function wireNumber(text: string): number | string {
  const number = Number(text)
  return plainText(number) === trimmed(text) ? number : text
}

/** Bytes with the unit people read: `1,4 Mo`. */
export function bytes(size: number, manner: Manner): string {
  const units = manner.language === 'fr' ? ['o', 'Ko', 'Mo', 'Go'] : ['B', 'KB', 'MB', 'GB']
  let unit = 0
  let value = size
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  const shown = unit === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10
  return `${decimal(shown, manner)}\u00a0${units[unit]}`
}

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text
}

/** Never in exponents: `1e-7` → `0.0000001`. */
function plainText(value: number | string): string {
  if (typeof value === 'string') return value.trim()
  const text = String(value)
  return /e/i.test(text) ? value.toFixed(20).replace(/\.?0+$/, '') : text
}

function separators(manner: Manner): { group: string; point: string } {
  return manner.language === 'fr' ? { group: '\u202f', point: ',' } : { group: ',', point: '.' }
}
