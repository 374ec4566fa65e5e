/** A long text cut for reading: what shows, and how many lines wait. */
export interface Folded {
  head: string
  hidden: number
}

const COLUMNS = 88
const LIMIT = 15
/** Folding three lines away would cost more than it saves. */
const SLACK = 4

/** Folds a text after about fifteen lines as they will wrap; a text a little longer is left whole. */
export function fold(text: string, limit = LIMIT): Folded {
  const lines = text.split('\n')
  const heights = lines.map((line) => Math.max(1, Math.ceil(line.length / COLUMNS)))
  const total = heights.reduce((sum, height) => sum + height, 0)
  if (total <= limit + SLACK) return { head: text, hidden: 0 }
  return cut(lines, heights, total, limit)
}

function cut(lines: string[], heights: number[], total: number, limit: number): Folded {
  const head: string[] = []
  let used = 0
  for (const [at, line] of lines.entries()) {
    const room = limit - used
    if (room <= 0) break
    head.push((heights[at] ?? 1) > room ? `${line.slice(0, room * COLUMNS).trimEnd()}…` : line)
    used += Math.min(room, heights[at] ?? 1)
  }
  return { head: head.join('\n').trimEnd(), hidden: total - used }
}
