import { SegmentedControl } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Entity, RecordData } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import styles from './Aside.module.css'
import { Activity } from './activity/Activity'
import { sourcesOf } from './activity/line'
import { History } from './History'

export type Side = 'activity' | 'history'

interface Props {
  entity: Entity
  record: RecordData
  side: Side | undefined
  show(side: Side): void
}

/** What stands beside a record: what happens around it, and who changed what. */
export function Aside({ entity, record, side, show }: Props) {
  const { t } = useTranslation()
  const sources = sourcesOf(useSurroundings(), entity)
  const history = <History entity={entity} id={record.id} />
  if (sources.length === 0)
    return (
      <>
        <h2 className={styles.title}>{t('history.title')}</h2>
        {history}
      </>
    )
  const shown = side ?? 'activity'
  return (
    <>
      <SegmentedControl
        className={styles.choice}
        fullWidth
        size="xs"
        value={shown}
        onChange={(next) => show(next as Side)}
        aria-label={t('activity.beside')}
        data={[
          { value: 'activity', label: t('activity.title') },
          { value: 'history', label: t('history.title') },
        ]}
      />
      {shown === 'activity' ? <Activity owner={entity} record={record} sources={sources} /> : history}
    </>
  )
}
