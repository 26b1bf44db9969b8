import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { keys } from '../api/keys'
import type { Entity, RecordData } from '../api/types'
import { useSurroundings } from '../dictionary/context'
import { type Answer, noAnswer } from './answer'
import { useDevice } from './device'
import { recordsBeside, sheetOf } from './sheet'

/** What is to be said of a record as it is being typed, at once; absent while the device loads or where there is none. */
export function useAnswer(
  entity: Entity,
  record: RecordData | null,
  edits: Record<string, unknown>,
): { answer: Answer | undefined; isLoading: boolean } {
  const { dictionary, source, language } = useSurroundings()
  const { device, isLoading } = useDevice(dictionary)
  const env = dictionary.environment.name
  const sheet = useMemo(
    () => sheetOf(entity, record, edits, { known: {}, me: dictionary.me.id ?? null, now: new Date(), language }),
    [entity, record, edits, dictionary, language],
  )
  const beside = useMemo(() => recordsBeside(dictionary, entity, sheet), [dictionary, entity, sheet])
  const known = useQueries({
    queries: beside.map((one) => ({
      queryKey: [...keys.record(env, one.entity.name, one.id), 'beside'],
      queryFn: ({ signal }: { signal: AbortSignal }) => source.record(one.entity.collection, one.id, {}, { signal }),
      staleTime: 10_000,
      enabled: device !== undefined,
    })),
    combine: (results) => {
      const records: Record<string, RecordData[]> = {}
      for (const [at, { data }] of results.entries()) {
        const of = beside[at]?.entity.name
        if (of && data) records[of] = [...(records[of] ?? []), data]
      }
      return records
    },
  })
  const answer = useMemo(() => {
    if (!device) return undefined
    try {
      const said = device.answer(JSON.stringify({ ...sheet, known }))
      return { ...noAnswer, ...(JSON.parse(said) as Partial<Answer>) }
    } catch {
      return undefined // a record that this version cannot read: the server says all
    }
  }, [device, sheet, known])
  return { answer, isLoading }
}
