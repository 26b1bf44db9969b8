import { type InfiniteData, useQueryClient } from '@tanstack/react-query'
import { mapRows } from '../../api/cache'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Entity, Page, RecordData } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import type { Column } from '../../table/columns'
import { problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'

/** Values changed in the cells of a list: shown at once, written on the version that was seen, and taken back by a press. */
export function useCellSave(entity: Entity) {
  const { dictionary, source, t, label } = useSurroundings()
  const client = useQueryClient()
  const env = dictionary.environment.name
  const put = (id: string, change: Partial<RecordData>) =>
    client.setQueriesData<InfiniteData<Page>>({ queryKey: keys.lists(env, entity.name) }, (pages) =>
      pages ? mapRows(pages, (row) => (row.id === id ? { ...row, ...change } : row)) : pages,
    )
  const write = async (row: RecordData, column: Column, value: unknown): Promise<RecordData | null> => {
    const { field, ui } = column
    const before = ui.read(row, field)
    put(row.id, ui.echo(value, field))
    try {
      const saved = await source.update(entity.collection, row.id, ui.write(value, field), row.version)
      put(row.id, { ...ui.echo(value, field), version: saved.version })
      void client.invalidateQueries({ queryKey: keys.record(env, entity.name, row.id) })
      void client.invalidateQueries({ queryKey: keys.views(env, entity.name) })
      return { ...row, ...ui.echo(value, field), version: saved.version }
    } catch (fault) {
      put(row.id, ui.echo(before, field))
      const problem = asProblem(fault)
      const { title, hint } = problemWords(problem, t)
      const said = Object.values(problem.details.fields ?? {}).join(' ')
      say({ tone: 'danger', text: `${label(field.label)} : ${title}`, hint: said || hint })
      return null
    }
  }
  return async (row: RecordData, column: Column, value: unknown) => {
    const before = column.read(row)
    const saved = await write(row, column, value)
    if (!saved) return
    say(
      {
        tone: 'done',
        text: t('list.cellSaved', { column: column.label }),
        action: { label: t('record.undo'), run: () => void write(saved, column, before) },
      },
      8000,
    )
  }
}
