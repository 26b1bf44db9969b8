import { useTranslation } from 'react-i18next'
import { asProblem } from '../../api/problem'
import type { DashboardPart, Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { dayOf } from '../../format/dates'
import { now } from '../../format/now'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { Agenda } from '../../views/calendar/Agenda'
import { useLook } from '../../views/look'
import { pathsOf, useHappenings, whenOf } from '../../views/time/useHappenings'
import { addDays } from '../../views/time/wall'
import { askedOf } from './asked'

/** What is planned from today on, as the calendar of the entity has it. */
export function Coming({ entity, part }: { entity: Entity; part: DashboardPart }) {
  const view = entity.views.calendar
  return view ? <Days entity={entity} part={part} view={view} /> : null
}

type View = NonNullable<Entity['views']['calendar']>

function Days({ entity, part, view }: { entity: Entity; part: DashboardPart; view: View }) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const when = whenOf(entity, view)
  const look = useLook(entity, view, pathsOf(when))
  const today = dayOf(now(), manner)
  const count = part.days ?? 7
  const days = Array.from({ length: count }, (_, position) => addDays(today, position))
  const found = useHappenings(entity, when, look, askedOf(entity, part), today, addDays(today, count))
  if (found.problem) return <ProblemNotice problem={asProblem(found.problem)} retry={found.again} />
  if (found.loading)
    return (
      <Late label={t('common.loading')}>
        <Bar width="70%" />
        <Bar width="50%" />
      </Late>
    )
  if (found.happenings.length === 0) return <p className="quiet">{t('dashboard.nothingPlanned', { count })}</p>
  return <Agenda entity={entity} look={look} happenings={found.happenings} days={days} today={today} />
}
