/** Where an address is, as far as an address says it. */
export function placeOf(address: string | null): 'here' | 'near' | 'away' {
  if (!address || address === '::1' || address.startsWith('127.')) return 'here'
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|fe80:|f[cd])/i.test(address) ? 'near' : 'away'
}

/** The icon of a device, by what the server calls it. */
export function deviceIcon(device: string | null): string {
  return /iPhone|iPad|Android/.test(device ?? '') ? 'device-mobile' : 'device-desktop'
}
