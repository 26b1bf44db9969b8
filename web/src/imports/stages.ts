import type { ImportShort } from '../api/types'

/** Where an import stands, as people are told. */
export type StageWord = ImportShort['stage'] | 'interrupted'

const colours: Record<StageWord, string> = {
  received: 'ink',
  previewing: 'pastel',
  previewed: 'ink',
  running: 'pastel',
  stopped: 'weld',
  interrupted: 'weld',
  done: 'sage',
  undoing: 'pastel',
  undone: 'clay',
}

/** The colour of the mark beside its word. */
export function stageColour(stage: StageWord): string {
  return colours[stage]
}
