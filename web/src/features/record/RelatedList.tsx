import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { ListQuery } from '../../api/source'
import type { Entity, RecordData } from '../../api/types'
import { quoted } from '../../api/where'
import { useSurroundings } from '../../dictionary/context'
import { fieldOf, neededFor, titleOf } from '../../dictionary/model'
import { fieldUi } from '../../fields/registry'
import { decimal } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import { type Column, columnOf } from '../../table/columns'
import { RecordTable } from '../../table/RecordTable'
import { useRows } from '../../table/useRows'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { ProblemNotice } from '../../ui/ProblemNotice'
import styles from './RelatedList.module.css'

interface Props {
  related: { entity: string; by: string }
  record: RecordData
  owner: Entity
}

/** The records that refer to this one, as their own list shows them, less the way back. */
export function RelatedList({ related, record, owner }: Props) {
  const { dictionary } = useSurroundings()
  const entity = dictionary.entities[related.entity]
  return entity ? <Related entity={entity} by={related.by} record={record} owner={owner} /> : null
}

function Related({ entity, by, record, owner }: { entity: Entity; by: string; record: RecordData; owner: Entity }) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const { dictionary, label, manner } = around
  const env = dictionary.environment.name
  const columns = entity.list.columns
    .filter((column) => column.path !== by)
    .map((column) => columnOf(around, entity, column.path, column.width))
    .filter((column): column is Column => column !== null)
  const naming = fieldOf(entity, by)
  const self = { id: naming ? fieldUi(naming).names(owner, record.id) : record.id, title: titleOf(record) }
  const where = `${by} = ${quoted(self.id)}`
  const query: ListQuery = { ...neededFor(columns.map((column) => column.resolved)), where, top: 50, count: true }
  const rows = useRows(entity, query)
  const all = { f: [{ p: by, v: { o: 'in', v: [self] } }] }
  const add = entity.can.create && (
    <Button
      variant="default"
      component={Link}
      to={`/e/${env}/${entity.collection}/new` as '/'}
      search={{ with: { [by]: self } } as never}
      leftSection={<Icon name="plus" size={16} />}
    >
      {t('record.newTitle', { what: label(entity.label) })}
    </Button>
  )
  return (
    <section className={styles.related} aria-label={`${label(entity.plural)}, ${label(owner.label)}`}>
      <header className={styles.head}>
        <h2>{label(entity.plural)}</h2>
        {rows.count !== null && <span className="quiet figures">{decimal(rows.count, manner)}</span>}
        {rows.rows.length > 0 && (
          <Link
            to="/e/$env/$collection"
            params={{ env, collection: entity.collection }}
            search={all as never}
            className={styles.all}
          >
            {t('record.all')}
          </Link>
        )}
        {rows.rows.length > 0 && add}
      </header>
      {rows.problem ? (
        <ProblemNotice problem={rows.problem} retry={rows.again} />
      ) : !rows.loading && rows.rows.length === 0 ? (
        <EmptyMessage icon={entity.icon} title={t('list.empty.title')} hint={t('list.empty.hint')}>
          {add}
        </EmptyMessage>
      ) : (
        <RecordTable entity={entity} columns={columns} rows={rows} label={label(entity.plural)} compact />
      )}
    </section>
  )
}
