import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import type { Access } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { Noted } from './Noted'

/** Who read sensitive values of whom, where the dictionary has any. */
export function AccessList() {
  const { dictionary, source } = useSurroundings()
  const has = Object.values(dictionary.entities).some(({ fields }) =>
    fields.some((field) => field.personal === 'sensitive'),
  )
  const found = useQuery({
    queryKey: keys.administration(dictionary.environment.name, 'accesses'),
    enabled: has && dictionary.me.powers.includes('protect'),
    queryFn: ({ signal }) => source.protection.accesses({ signal }),
  })
  if (!has) return null
  return <Noted name="accesses" found={found} told={(access, who) => <Reading access={access} who={who} />} />
}

function Reading({ access, who }: { access: Access; who: string }) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const env = dictionary.environment.name
  const entity = dictionary.entities[access.entity]
  const fields = access.fields.map((name) => {
    const field = entity?.fields.find((one) => one.name === name)
    return field ? label(field.label) : name
  })
  return (
    <>
      {t('protection.accesses.read', { name: who, fields: fields.join(', ') })}{' '}
      {entity && access.title !== null ? (
        <Link to="/e/$env/$collection/$id" params={{ env, collection: entity.collection, id: access.id }}>
          {access.title}
        </Link>
      ) : (
        t('protection.accesses.gone')
      )}
    </>
  )
}
