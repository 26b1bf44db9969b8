import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Field } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { titleOf } from '../../dictionary/model'
import type { ReferenceValue } from './reference'

/** How the record referred to is called: what came along with the reference, else what the server says when asked. */
export function useTitle(field: Field, value: ReferenceValue): string {
  const { dictionary, source } = useSurroundings()
  const { t } = useTranslation()
  const entity = field.to ? dictionary.entities[field.to] : undefined
  const asked = useQuery({
    queryKey: ['title', dictionary.environment.name, field.to, value.id],
    enabled: value.title === '' && entity !== undefined && !value.unseen,
    staleTime: 60_000,
    retry: false,
    queryFn: async ({ signal }) => titleOf(await source.record(entity?.collection ?? '', value.id, {}, { signal })),
  })
  if (value.unseen) return t('fields.unseen')
  return value.title || asked.data || (asked.isPending && asked.isFetching ? '…' : t('list.unnamed'))
}
