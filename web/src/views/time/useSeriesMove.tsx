import { useQueryClient } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Make, Write } from '../../api/source'
import type { Entity } from '../../api/types'
import { patiently } from '../../app/patiently'
import { useSurroundings } from '../../dictionary/context'
import { fieldOf, titleOf } from '../../dictionary/model'
import { copyOf } from '../../fields/copy'
import { fieldUi } from '../../fields/registry'
import { problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import type { Happening, When } from './happenings'
import { type Scope, scopesOf, seriesMove } from './series'
import { saidSpan } from './words'

// For the few events that repeat.
const SeriesDialog = lazy(() => patiently(() => import('./SeriesDialog')))

/** To whom something is given: the field that says it, and the record that it names. */
export interface Whose {
  field: string
  id: string | null
  title: string
}

interface Wanted {
  happening: Happening
  from: string
  to: string
  whose: Whose | undefined
  moved(key: string): void
}

/**
 * Moves an occurrence of a series, with those that people say: the series' record changes and, unless all move, a record is made beside it, in
 * one unit of work; both are taken back together. `moved` is told what has the place now.
 */
export function useSeriesMove(entity: Entity, when: When): { ask(wanted: Wanted): void; dialog: ReactNode } {
  const around = useSurroundings()
  const { source, dictionary, manner, t } = around
  const client = useQueryClient()
  const [wanted, setWanted] = useState<Wanted | null>(null)
  const env = dictionary.environment.name

  const writeAsOne = async (writes: (Write | Make)[]) => {
    try {
      return await source.writeAsOne(entity.collection, writes)
    } finally {
      await client.invalidateQueries({ queryKey: keys.views(env, entity.name) })
      void client.invalidateQueries({ queryKey: ['record', env, entity.name] })
      void client.invalidateQueries({ queryKey: keys.lists(env, entity.name), refetchType: 'none' })
    }
  }
  const written = (values: Record<string, unknown>) =>
    Object.entries(values).map(([name, value]) => {
      const field = fieldOf(entity, name)
      return field ? fieldUi(field).write(value, field) : { [name]: value }
    })
  const move = async (scope: Scope, { happening, from, to, whose, moved }: Wanted) => {
    const { record } = happening
    const title = titleOf(record) || t('list.unnamed')
    const plan = seriesMove(scope, happening, when, manner, from, to)
    if (!plan) {
      say({ tone: 'danger', text: t('view.notPlanned', { title }), hint: t('view.seriesRule') }, 8000)
      return
    }
    const failed = (fault: unknown) => {
      const { title: what, hint } = problemWords(asProblem(fault), t)
      const [said] = Object.values(asProblem(fault).details.fields ?? {})
      say({
        tone: 'danger',
        text: t('view.notPlanned', { title }),
        hint: (said as string | undefined) ?? (hint || what),
      })
    }
    const field = whose && fieldOf(entity, whose.field)
    const given = field ? fieldUi(field).write(whose.id ? { id: whose.id, title: whose.title } : null, field) : {}
    try {
      const expand = entity.fields
        .filter(({ type }) => type === 'reference' || type === 'lines')
        .map(({ name, type }) => (type === 'lines' ? { name } : { name, select: ['id'] }))
      const whole = await source.record(entity.collection, record.id, { expand })
      const update = { ...plan.update, ...(plan.create ? {} : given) }
      const writes: (Write | Make)[] = [{ kind: 'update', id: record.id, values: update, version: whole.version }]
      if (plan.create) {
        const copied = Object.assign({}, ...written(copyOf(around, entity, whole, false)))
        const named = when.series && plan.of !== null ? fieldOf(entity, when.series) : undefined
        const own = named ? fieldUi(named).write({ id: record.id, title }, named) : {}
        writes.push({ kind: 'create', values: { ...copied, ...plan.create, ...own, ...given } })
      }
      const held = Object.fromEntries(Object.keys(plan.update).map((name) => [name, whole[name] ?? null]))
      const before = field && !plan.create ? fieldUi(field).write(fieldUi(field).read(whole, field), field) : {}
      const [, made] = await writeAsOne(writes)
      // A series that began anew shows its first day there.
      moved(
        made ? (plan.of === null ? `${made.id} ${from.slice(0, 10)}` : made.id) : `${record.id} ${from.slice(0, 10)}`,
      )
      say(
        {
          tone: 'done',
          text: `${title} : ${[saidSpan(from, to, happening.wholeDays, manner), whose?.title].filter(Boolean).join(', ')}`,
          action: {
            label: t('record.undo'),
            run: () => {
              const back: Write[] = [{ kind: 'update', id: record.id, values: { ...held, ...before } }]
              if (made) back.unshift({ kind: 'remove', id: made.id })
              void writeAsOne(back).catch(failed)
            },
          },
        },
        6000,
      )
    } catch (fault) {
      failed(fault)
    }
  }
  const close = () => {
    setWanted(null)
    // Nothing moved: what had the focus is where it was.
    if (wanted) wanted.moved(wanted.happening.key)
  }
  return {
    ask: setWanted,
    dialog: wanted && (
      <Suspense fallback={null}>
        <SeriesDialog
          happening={wanted.happening}
          scopes={scopesOf(wanted.happening, when, manner)}
          onClose={close}
          onChoose={(scope) => {
            setWanted(null)
            void move(scope, wanted)
          }}
        />
      </Suspense>
    ),
  }
}
