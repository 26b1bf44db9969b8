import type { RecordData } from '../../api/types'

/** A record with those beneath it. */
export interface Node {
  record: RecordData
  children: Node[]
  /** Beneath it, however deep. */
  beneath: number
}

/** Records as a forest. One whose parent is not among them stands at the top; a circle begins at its first record. */
export function forestOf(records: RecordData[], parentOf: (record: RecordData) => string | null): Node[] {
  const nodes = new Map(records.map((record) => [record.id, { record, children: [], beneath: 0 } as Node]))
  const placed = new Set<string>()
  const roots: Node[] = []
  for (const [id, node] of nodes) {
    const parent = nodes.get(parentOf(node.record) ?? '')
    if (parent && !leadsBack(id, parent.record.id, nodes, parentOf)) {
      parent.children.push(node)
      placed.add(id)
    }
  }
  for (const [id, node] of nodes) if (!placed.has(id)) roots.push(node)
  for (const root of roots) count(root)
  return roots
}

function leadsBack(
  id: string,
  from: string,
  nodes: Map<string, Node>,
  parentOf: (record: RecordData) => string | null,
): boolean {
  const seen = new Set<string>()
  let at: string | null = from
  while (at !== null && !seen.has(at)) {
    if (at === id) return true
    seen.add(at)
    const node: Node | undefined = nodes.get(at)
    at = node ? parentOf(node.record) : null
  }
  return false
}

function count(node: Node): number {
  node.beneath = node.children.reduce((sum, child) => sum + 1 + count(child), 0)
  return node.beneath
}
