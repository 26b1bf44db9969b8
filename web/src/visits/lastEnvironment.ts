const place = 'tisserand.environment'

/** Remembers the environment that was looked at, on this device. */
export function noteEnvironment(env: string): void {
  try {
    localStorage.setItem(place, env)
  } catch {
    // storage forbidden or full: the first environment stands in
  }
}

export function lastEnvironment(): string | null {
  return localStorage.getItem(place)
}
