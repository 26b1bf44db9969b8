import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { keys } from '../../api/keys'
import type { ListQuery } from '../../api/source'
import type { Entity, RecordData } from '../../api/types'
import { allOf } from '../../api/where'
import { useSurroundings } from '../../dictionary/context'
import { titleOf } from '../../dictionary/model'
import type { PointValue } from '../../fields/point/point'
import { columnOf } from '../../table/columns'
import type { Asked } from '../kinds'
import type { Look } from '../look'
import type { Position } from './geometry'

/** Places read at most: beyond, a filter is the answer. */
const most = 5000

/** A record where it is. */
export interface Place extends Position {
  record: RecordData
  title: string
}

/** Every record that has a position, among what is searched and filtered. */
export function usePlaces(entity: Entity, path: string, look: Look, asked: Asked) {
  const around = useSurroundings()
  const { dictionary, source, t } = around
  const where = allOf([asked.where, `${path} != null`]) ?? ''
  const query: ListQuery = { ...look.needed, ...asked, where, top: 1000 }
  const found = useQuery({
    queryKey: keys.view(dictionary.environment.name, entity.name, 'places', query),
    queryFn: async ({ signal }) => {
      let page = await source.list(entity.collection, query, { signal })
      const records = [...page.value]
      while (page['@odata.nextLink'] && records.length < most) {
        page = await source.next(page['@odata.nextLink'], { signal, top: 1000 })
        records.push(...page.value)
      }
      return { records, tooMany: page['@odata.nextLink'] !== undefined }
    },
    placeholderData: keepPreviousData,
  })
  const column = columnOf(around, entity, path)
  const places = (found.data?.records ?? []).flatMap((record): Place[] => {
    const value = column?.read(record) as PointValue | null | undefined
    if (!value) return []
    const [longitude, latitude] = value.coordinates
    return [{ record, latitude, longitude, title: titleOf(record) || t('list.unnamed') }]
  })
  return {
    places,
    data: found.data,
    loading: found.isPending,
    tooMany: found.data?.tooMany ?? false,
    problem: found.error,
    again: () => void found.refetch(),
  }
}
