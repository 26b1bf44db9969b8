/** An E.164 number in groups: `+33612345678` → `06 12 34 56 78` where the region is France, `+33 6 12 34 56 78` elsewhere. */
export function spokenPhone(e164: string, region = 'FR'): string {
  const space = '\u00a0'
  const french = /^\+33(\d)(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(e164)
  if (french) {
    const [, first, ...pairs] = french
    return [region === 'FR' ? `0${first}` : `+33${space}${first}`, ...pairs].join(space)
  }
  const other = /^\+(1|7|2[07]|3[0123469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})(\d+)$/.exec(e164)
  if (!other) return e164
  const [, country, rest = ''] = other
  const groups = rest.match(/\d{1,3}(?=(\d{2})*$)|\d{2}/g) ?? [rest]
  return [`+${country}`, ...groups].join(space)
}

/** What a person typed as E.164 where that is plain (`06 12 34 56 78` in France, anything after `+`); else trimmed, for the server to judge. */
export function wirePhone(typed: string, region = 'FR'): string {
  const text = typed.trim().replace(/^00/, '+')
  const digits = text.replace(/[\s\u00a0\u202f.\-()/]/g, '').replace(/^\+33\(?0\)?(?=\d{9}$)/, '+33')
  if (/^\+\d{6,15}$/.test(digits)) return digits
  if (region === 'FR' && /^0[1-9]\d{8}$/.test(digits)) return `+33${digits.slice(1)}`
  return text
}
