export type Mark = 'bold' | 'italic' | 'heading' | 'list' | 'link'

/** A text with a mark put around, or before the lines of, the selection `from..to`; and the selection afterwards. */
export function marked(text: string, from: number, to: number, mark: Mark): { text: string; from: number; to: number } {
  const chosen = text.slice(from, to)
  if (mark === 'heading' || mark === 'list') {
    const prefix = mark === 'heading' ? '## ' : '- '
    const start = text.lastIndexOf('\n', from - 1) + 1
    const block = text.slice(start, to)
    const prefixed = block
      .split('\n')
      .map((line) => prefix + line)
      .join('\n')
    return {
      text: text.slice(0, start) + prefixed + text.slice(to),
      from: from + prefix.length,
      to: start + prefixed.length,
    }
  }
  const [before, after] = mark === 'bold' ? ['**', '**'] : mark === 'italic' ? ['_', '_'] : ['[', '](https://)']
  return {
    text: text.slice(0, from) + before + chosen + after + text.slice(to),
    from: from + before.length,
    to: to + before.length,
  }
}
