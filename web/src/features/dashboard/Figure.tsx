import { Progress } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import { useSurroundings } from '../../dictionary/context'
import { decimal } from '../../format/numbers'
import { columnOf } from '../../table/columns'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Through } from '../../views/figures/Through'
import { askedOf } from './asked'
import type { PartBodyProps } from './Dashboard'
import styles from './Parts.module.css'

/** One figure over the records of a part, and how far it is from what is aimed at. */
export function Figure({ entity, part, through }: PartBodyProps) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const { dictionary, source, manner } = around
  const value = part.value ?? { name: 'value', label: null, method: 'count' as const, field: null }
  const query = {
    ...askedOf(entity, part),
    by: [],
    figures: [{ name: 'value', method: value.method, field: value.field }],
  }
  const { data, error, refetch } = useQuery({
    queryKey: keys.view(dictionary.environment.name, entity.name, 'figure', query),
    queryFn: ({ signal }) => source.groups(entity.collection, query, { signal }),
    placeholderData: keepPreviousData,
  })
  if (error) return <ProblemNotice problem={asProblem(error)} retry={() => void refetch()} />
  if (!data) return <p className={styles.figure}>&nbsp;</p>
  const raw = data[0]?.figures.value ?? 0
  const counted = value.method === 'count' || value.method === 'distinct'
  const column = value.field && !counted ? columnOf(around, entity, value.field) : null
  const held = column?.ui.of(raw)
  const text =
    column && held !== null && held !== undefined
      ? column.ui.text(held, column.field, around)
      : decimal(Number(raw ?? 0), manner)
  const reached = part.goal ? Math.min(100, Math.round((Number(raw) / part.goal) * 100)) : null
  return (
    <>
      <p className={`${styles.figure} figures`}>
        <Through entity={entity} search={through([])}>
          {text}
        </Through>
      </p>
      {reached !== null && part.goal && (
        <div className={styles.goal}>
          <Progress value={reached} size={6} aria-label={t('dashboard.goalOf', { part: reached })} />
          <span className="figures">{t('dashboard.goal', { part: reached, goal: decimal(part.goal, manner) })}</span>
        </div>
      )}
    </>
  )
}
