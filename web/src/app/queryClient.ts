import { QueryClient } from '@tanstack/react-query'
import { Problem } from '../api/problem'

/** Server data in memory. The journal tells what changes, so nothing is asked again by the clock or by looking away and back. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      // A refusal stays a refusal; only a server that did not answer is asked again.
      retry: (failures, fault) => failures < 2 && fault instanceof Problem && fault.status >= 502,
      throwOnError: false,
    },
  },
})
