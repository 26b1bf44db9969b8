import { readLocalStorageValue } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../api/keys'
import { asProblem } from '../api/problem'
import type { EnvironmentSource, PreferencesChange } from '../api/source'
import type { Preferences } from '../api/types'
import { problemWords } from '../ui/ProblemNotice'
import { say } from '../ui/toasts'

/** How screens are until somebody says otherwise, and where the server cannot say. */
export const asItComes: Preferences = {
  theme: null,
  density: null,
  time_zone: null,
  first_day: null,
  start_page: null,
  dashboards: {},
}

/** The preferences of whoever is signed in, and how to change them: shown at once, kept by the server, taken back if it refuses. */
export function usePreferencesOf(
  env: string,
  source: EnvironmentSource,
): [Preferences, (change: PreferencesChange) => void] {
  const { t } = useTranslation()
  const client = useQueryClient()
  const found = useQuery({
    queryKey: keys.preferences(env),
    queryFn: ({ signal }) => source.preferences.read({ signal }),
    staleTime: 60_000,
    retry: false,
  })
  const change = useMutation({
    mutationFn: (wanted: PreferencesChange) => source.preferences.change(wanted),
    // One after the other: the last answer is the last word.
    scope: { id: `preferences ${env}` },
    onMutate: (wanted) => {
      void client.cancelQueries({ queryKey: keys.preferences(env) })
      client.setQueryData<Preferences>(keys.preferences(env), (kept = asItComes) => changed(kept, wanted))
    },
    onError: (fault) => {
      const { title, hint } = problemWords(asProblem(fault), t)
      say({ tone: 'danger', text: title, hint })
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.preferences(env) }),
  })
  const preferences = found.data ?? asItComes
  useFormer(env, found.data, change.mutate)
  return [preferences, change.mutate]
}

/** Preferences after a change. */
export function changed(kept: Preferences, { dashboards, ...rest }: PreferencesChange): Preferences {
  const arranged = { ...kept.dashboards, ...dashboards }
  const present = Object.entries(arranged).filter(
    (entry): entry is [string, Record<string, never>] => entry[1] !== null,
  )
  return { ...kept, ...rest, dashboards: Object.fromEntries(present) }
}

const densePlace = 'tisserand.dense'

/** What an earlier version kept on this device moves to where every device of the person finds it, unless they said otherwise there. */
function useFormer(env: string, kept: Preferences | undefined, put: (change: PreferencesChange) => void): void {
  const latest = useRef(put)
  latest.current = put
  const ready = kept !== undefined
  useEffect(() => {
    if (!ready || !kept) return
    const change: PreferencesChange = {}
    const dense = readLocalStorageValue<boolean | undefined>({ key: densePlace })
    if (dense && kept.density === null) change.density = 'dense'
    localStorage.removeItem(densePlace)
    const place = `tisserand.dashboard ${env} `
    for (const key of Object.keys(localStorage).filter((one) => one.startsWith(place))) {
      const name = key.slice(place.length)
      const arrangement = readLocalStorageValue<Record<string, unknown> | undefined>({ key })
      localStorage.removeItem(key)
      if (arrangement && !kept.dashboards[name]) change.dashboards = { ...change.dashboards, [name]: arrangement }
    }
    if (Object.keys(change).length) latest.current(change)
  }, [env, ready, kept])
}
