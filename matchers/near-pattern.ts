import { nearestLine } from './nearest-line.ts'

/** A line that nearly fits, and in which way it does. */
export interface NearMiss {
  /** Counts from 0. */
  readonly index: number
  readonly line: string
  /** Follows the line: `in another case`. */
  readonly how: string
}

const flagHints: readonly (readonly [flag: string, how: string])[] = [
  ['m', 'fits with the flag m, with which ^ and $ mean the start and end of a line'],
  ['i', 'fits with the flag i, which ignores case'],
  ['im', 'fits with the flags i and m, which ignore case and let ^ and $ mean the start and end of a line'],
  ['s', 'fits with the flag s, with which a dot means line feeds too'],
]

/**
 * What comes closest to `pattern`: the same in another case, the same with another flag, or a line that
 * resembles it.
 */
export function nearMiss(pattern: string | RegExp, lines: readonly string[]): NearMiss | null {
  if (typeof pattern !== 'string') return nearExpression(pattern, lines)
  const lower = pattern.toLowerCase()
  const index = lines.findIndex((line) => line.toLowerCase().includes(lower))
  const line = lines[index]
  if (line !== undefined) return { index, line, how: 'differs in upper and lower case' }
  const nearest = nearestLine(pattern, lines)
  return nearest && { ...nearest, how: 'is the closest' }
}

function nearExpression(pattern: RegExp, lines: readonly string[]): NearMiss | null {
  const text = lines.join('\n')
  for (const [flag, how] of flagHints) {
    const flags = new Set([...pattern.flags.replace(/[gy]/g, ''), ...flag])
    if (flags.size === new Set(pattern.flags.replace(/[gy]/g, '')).size) continue
    const match = new RegExp(pattern.source, [...flags].join('')).exec(text)
    if (!match) continue
    const index = text.slice(0, match.index).split('\n').length - 1
    return { index, line: lines[index] ?? '', how }
  }
  const nearest = nearestLine(literalPart(pattern), lines)
  return nearest && { ...nearest, how: 'is the closest' }
}

/** The longest run of plain characters in an expression: what a person would look for. */
function literalPart(pattern: RegExp): string {
  const runs = pattern.source.replace(/\\[a-zA-Z]|\[(?:\\.|[^\]])*\]|\{[^}]*\}/g, '\0').split(/[\0^$.*+?()|]/)
  return runs
    .map((run) => run.replaceAll('\\', ''))
    .reduce((a, b) => (b.length > a.length ? b : a), '')
    .trim()
}
