import type { Dictionary } from '../../api/types'

/** The dashboards of the profiles that somebody holds, and those of everybody. */
export function boardsOf(dictionary: Dictionary): Dictionary['dashboards'] {
  const held = dictionary.me.profiles.map((profile) => profile.name)
  return dictionary.dashboards.filter(
    (board) => board.profiles.length === 0 || board.profiles.some((profile) => held.includes(profile)),
  )
}
