import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import type { ListExport } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { Noted } from './Noted'

/** Who took lists along as files. */
export function ExportList() {
  const { dictionary, source } = useSurroundings()
  const found = useQuery({
    queryKey: keys.administration(dictionary.environment.name, 'exports'),
    enabled: dictionary.me.powers.includes('protect'),
    queryFn: ({ signal }) => source.protection.exports({ signal }),
  })
  return <Noted name="exports" found={found} told={(taken, who) => <Taken taken={taken} who={who} />} />
}

function Taken({ taken, who }: { taken: ListExport; who: string }) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const entity = dictionary.entities[taken.entity]
  const details = [taken.format.toUpperCase()]
  if (taken.narrowed) details.push(t('protection.exports.narrowed'))
  if (!taken.whole) details.push(t('protection.exports.brokenOff'))
  return (
    <>
      {t('protection.exports.took', {
        name: who,
        count: taken.records,
        what: entity ? label(entity.plural) : taken.entity,
      })}
      <span className="quiet"> · {details.join(' · ')}</span>
    </>
  )
}
