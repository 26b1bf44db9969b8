/** The words of a CommonMark text without its marks, on one line: for cells, history and search results. */
export function plainWords(source: string): string {
  return source
    .replace(/```[^\n]*\n?/g, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s{0,3}(#{1,6}|>|[-*+]|\d+[.)])\s+/gm, '')
    .replace(/(\*\*|__|\*|_|`)(?=\S)([^*_`]+?)\1/g, '$2')
    .replace(/\s+/g, ' ')
    .trim()
}
