const threads = 15
const step = 40
const across = threads * step
const width = 30
/** From a crossing to where the thread dives under the next one. */
const reach = step - width / 2 - 3

/** A plain weave: every thread passes over one, under the next. */
export function Weave() {
  const crossings = []
  for (let row = 0; row < threads; row += 1) {
    for (let column = 0; column < threads; column += 1) {
      const x = column * step + step / 2
      const y = row * step + step / 2
      const over = (row + column) % 2 === 0
      crossings.push(
        <line
          key={`${row}-${column}`}
          x1={over ? x : x - reach}
          y1={over ? y - reach : y}
          x2={over ? x : x + reach}
          y2={over ? y + reach : y}
          stroke={over ? warp(column) : weft(row)}
        />,
      )
    }
  }
  return (
    <svg
      viewBox={`0 0 ${across} ${across}`}
      preserveAspectRatio="xMidYMid slice"
      width="100%"
      height="100%"
      aria-hidden="true"
    >
      <g strokeWidth={width} strokeLinecap="butt">
        {crossings}
      </g>
    </svg>
  )
}

function warp(column: number): string {
  if (column === 4 || column === 10) return '#d9a21b'
  return column % 5 === 2 ? '#5d8ab4' : '#3d6f9e'
}

function weft(row: number): string {
  return row === 11 ? '#c9545c' : row % 4 === 1 ? '#234d75' : '#2b5c8a'
}
