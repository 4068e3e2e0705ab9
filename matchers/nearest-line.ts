/** A line of a log or screen that resembles what was looked for. `index` counts from 0. */
export interface NearestLine {
  readonly index: number
  readonly line: string
}

/** Of the pairs of neighbouring letters in the wanted text, so many must be in the line too. */
const likeness = 0.5

/**
 * The line that a person would take for the wanted text: the one with most of its pairs of neighbouring
 * letters, upper and lower case being the same. The first of equals; null where none is like it.
 */
export function nearestLine(wanted: string, lines: readonly string[]): NearestLine | null {
  const pairs = pairsOf(wanted)
  let best: NearestLine | null = null
  let bestShare = likeness
  lines.forEach((line, index) => {
    const there = pairsOf(line)
    const shared = [...pairs].filter((pair) => there.has(pair)).length
    const share = pairs.size === 0 ? 0 : shared / pairs.size
    if (share > bestShare || (share === bestShare && best === null)) {
      best = { index, line }
      bestShare = share
    }
  })
  return best
}

function pairsOf(text: string): ReadonlySet<string> {
  const lower = text.toLowerCase()
  return new Set(Array.from({ length: Math.max(0, lower.length - 1) }, (_, at) => lower.slice(at, at + 2)))
}
