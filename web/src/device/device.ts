import { useQuery } from '@tanstack/react-query'
import type { Dictionary } from '../api/types'
import type { Device } from './made/device'

/** The code that the server runs before it keeps a record, loaded once: some hundred kilobytes that no first paint waits for. */
let loading: Promise<typeof import('./made/device')> | undefined

async function load() {
  const made = await import('./made/device')
  await made.default({ module_or_path: new URL('./made/device_bg.wasm', import.meta.url) })
  return made
}

async function deviceOf(dictionary: Dictionary): Promise<Device> {
  const { time_zone, time_zone_rules } = dictionary.environment
  if (!time_zone_rules) throw new Error(`the rules of ${time_zone} did not come with the dictionary`)
  loading ??= load()
  try {
    const made = await loading
    return new made.Device(JSON.stringify(dictionary), time_zone, time_zone_rules)
  } catch (fault) {
    loading = undefined // the network was away: the next form tries again
    throw fault
  }
}

/** What answers for records of a dictionary; absent while it loads, and where it cannot be: the server then says all. */
export function useDevice(dictionary: Dictionary): { device: Device | undefined; isLoading: boolean } {
  const found = useQuery({
    queryKey: ['device', dictionary.environment.name, dictionary.hash],
    queryFn: () => deviceOf(dictionary),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    structuralSharing: false,
  })
  return { device: found.data, isLoading: found.isPending }
}
