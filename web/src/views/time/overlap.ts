import type { Happening } from './happenings'

/** Where a happening stands beside those at the same time: from lane `lane` of `lanes`, over `wide` of them. */
export interface Placed {
  happening: Happening
  lane: number
  lanes: number
  wide: number
}

/** Happenings of one day side by side where they overlap, each as wide as those at its time leave. */
export function sideBySide(happenings: Happening[]): Placed[] {
  const sorted = [...happenings].sort((a, b) => a.from.localeCompare(b.from) || b.to.localeCompare(a.to))
  const placed: Placed[] = []
  let group: Placed[] = []
  let ends: string[] = []
  let groupEnd = ''
  const close = () => {
    for (const one of group) {
      one.lanes = ends.length
      const { from, to } = one.happening
      const beside = group.filter(
        (other) => other.lane > one.lane && other.happening.from < to && other.happening.to > from,
      )
      // What has nobody at its right takes the room.
      one.wide = Math.min(ends.length, ...beside.map((other) => other.lane)) - one.lane
    }
    placed.push(...group)
    group = []
    ends = []
  }
  for (const happening of sorted) {
    if (happening.from >= groupEnd) close()
    const free = ends.findIndex((end) => end <= happening.from)
    const lane = free < 0 ? ends.length : free
    ends[lane] = happening.to
    groupEnd = happening.to > groupEnd || group.length === 0 ? happening.to : groupEnd
    group.push({ happening, lane, lanes: 1, wide: 1 })
  }
  close()
  return placed
}
