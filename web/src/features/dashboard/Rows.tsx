import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { ListQuery } from '../../api/source'
import type { DashboardPart, Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { neededFor, titleOf } from '../../dictionary/model'
import { type Column, columnOf } from '../../table/columns'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { askedOf } from './asked'
import styles from './Parts.module.css'

/** Columns shown where the part names none. */
const usual = 4

/** The first records of a part. */
export function Rows({ entity, part }: { entity: Entity; part: DashboardPart }) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const { dictionary, source, label } = around
  const env = dictionary.environment.name
  const paths = part.columns.length ? part.columns : entity.list.columns.slice(0, usual).map((column) => column.path)
  const columns = paths
    .map((path) => columnOf(around, entity, path))
    .filter((column): column is Column => column !== null)
  const query: ListQuery = {
    ...neededFor(columns.map((column) => column.resolved)),
    ...askedOf(entity, part),
    top: part.rows ?? 6,
  }
  const { data, error, refetch } = useQuery({
    queryKey: keys.view(env, entity.name, 'rows', query),
    queryFn: ({ signal }) => source.list(entity.collection, query, { signal }),
    placeholderData: keepPreviousData,
  })
  if (error) return <ProblemNotice problem={asProblem(error)} retry={() => void refetch()} />
  if (!data)
    return (
      <Late label={t('common.loading')}>
        <Bar width="80%" />
        <Bar width="60%" />
      </Late>
    )
  if (data.value.length === 0) return <p className="quiet">{t('dashboard.nothing')}</p>
  const [first, ...others] = columns
  return (
    <div className={styles.rows}>
      <table aria-label={label(part.label)}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.path} scope="col" data-align={column.ui.align}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.value.map((record) => {
            const named = first?.read(record) ?? null
            return (
              <tr key={record.id}>
                <th scope="row">
                  <Link to="/e/$env/$collection/$id" params={{ env, collection: entity.collection, id: record.id }}>
                    {first && named !== null ? (
                      <first.ui.Cell field={first.field} value={named} record={record} collection={entity.collection} />
                    ) : (
                      titleOf(record) || t('list.unnamed')
                    )}
                  </Link>
                </th>
                {others.map((column) => {
                  const value = column.read(record)
                  return (
                    <td key={column.path} data-align={column.ui.align}>
                      {value !== null && (
                        <column.ui.Cell
                          field={column.field}
                          value={value}
                          record={record}
                          collection={entity.collection}
                        />
                      )}
                    </td>
                  )
                })}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
