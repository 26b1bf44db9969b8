import { QueryClient } from '@tanstack/react-query'
import { Problem } from '../api/problem'

/** Server data in memory. The journal tells what changes, so nothing is asked again by the clock or by looking away and back. */
export const queryClient = new QueryClient({
  defaultOptions: {
    // Whether the server is there is known to the link, where calls wait; the browser only knows whether there is a network.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      staleTime: 30_000,
      // What was seen stays readable a while when the server is gone.
      gcTime: 15 * 60_000,
      refetchOnWindowFocus: false,
      // A refusal stays a refusal; only a server that did not answer is asked again.
      retry: (failures, fault) => failures < 2 && fault instanceof Problem && fault.status >= 502,
      throwOnError: false,
    },
  },
})
