import { asProblem, Problem } from '../../api/problem'
import type { EnvironmentSource } from '../../api/source'
import type { FileValue } from '../../api/types'
import { isPending, type PendingFile } from '../../fields/shared/files'

/** What the server said of each file it already has: a form that is refused and sent again does not send its files twice. */
const kept = new WeakMap<File, FileValue>()

/**
 * The properties of a form with every chosen file sent and named by its content, inside lines too, so that a record and its files are
 * written at once or not at all. A file that cannot be sent is said on its field.
 */
export async function sendFiles(
  source: Pick<EnvironmentSource, 'keepFile'>,
  written: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  return (await settled(source, written, '')) as Record<string, unknown>
}

async function settled(source: Pick<EnvironmentSource, 'keepFile'>, value: unknown, at: string): Promise<unknown> {
  if (isPending(value)) return send(source, value, at)
  if (Array.isArray(value)) {
    const items: unknown[] = []
    for (const [position, item] of value.entries()) items.push(await settled(source, item, `${at}[${position}]`))
    return items
  }
  if (typeof value !== 'object' || value === null) return value
  const properties: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(value))
    properties[name] = await settled(source, property, at === '' ? name : `${at}.${name}`)
  return properties
}

async function send(
  source: Pick<EnvironmentSource, 'keepFile'>,
  { pending: file, asItIs }: PendingFile,
  at: string,
): Promise<FileValue> {
  const known = kept.get(file)
  if (known) return known
  try {
    const sent = await source.keepFile(file, asItIs)
    kept.set(file, sent)
    return sent
  } catch (fault) {
    const problem = asProblem(fault)
    // Being offline or signed out is said of the whole form.
    if (![413, 415, 422].includes(problem.status)) throw problem
    throw new Problem({ ...problem.details, fields: { [at]: problem.message } })
  }
}
