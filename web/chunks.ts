import type { Plugin, Rolldown } from 'vite'

/** What everybody needs from the first page on, and what a list and a record need beside it. */
const starts = {
  start: ['main.tsx', 'features/session/SignIn.tsx'],
  screens: ['features/frame/Frame.tsx', 'features/list/ListScreen.tsx', 'features/record/RecordScreen.tsx'],
} satisfies Record<string, string[]>

interface Graph {
  getModuleInfo(id: string): { importedIds: string[] } | null
}

/**
 * Few files instead of a file for each meeting of two screens: what is loaded together anyway compresses together, by a seventh better, and
 * is asked for once. Files of other screens, views and editors stay as the bundler cuts them.
 */
export function together(root: string): Rolldown.CodeSplittingGroup[] {
  let places: Map<string, string> | undefined
  return Object.keys(starts).map((name, position) => ({
    debugName: name,
    // What several need goes to the first of them.
    priority: 10 - position,
    name: (id: string, graph: Graph) => {
      places ??= placesOf(root, graph)
      return places.get(id) === name ? name : null
    },
  }))
}

function placesOf(root: string, graph: Graph): Map<string, string> {
  const places = new Map<string, string>()
  for (const [name, files] of Object.entries(starts)) {
    const open = files.map((file) => `${root}/src/${file}`)
    for (let id = open.pop(); id; id = open.pop()) {
      if (places.has(id)) continue
      const info = graph.getModuleInfo(id)
      if (!info) throw new Error(`${id} is not part of the application`)
      places.set(id, name)
      open.push(...info.importedIds)
    }
  }
  return places
}

/** Lets the browser fetch the screens while it reads the start, which only then knows that it needs them. */
export function ahead(root: string): Plugin {
  return {
    name: 'ahead',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_page, { bundle }) {
        const [first] = starts.screens
        const screens = Object.values(bundle ?? {}).find(
          (chunk) => chunk.type === 'chunk' && chunk.moduleIds.includes(`${root}/src/${first}`),
        )
        if (!screens) throw new Error('the screens are in no file')
        return [{ tag: 'link', attrs: { rel: 'modulepreload', href: `/${screens.fileName}` }, injectTo: 'head' }]
      },
    },
  }
}
