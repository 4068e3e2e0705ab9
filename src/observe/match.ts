import type { Pattern } from './condition.ts'
import type { SliceableText } from './growing-text.ts'
import { relax } from './relaxed-pattern.ts'
import type { TextMatch } from './stop.ts'

/** What a guest prints when it gives up. A wait that did not ask for one of them ends when it is printed. */
export const FAIL_FAST: readonly string[] = ['panicked at', 'KERNEL PANIC', 'Kernel panic']

/**
 * A match of a regular expression may always span this many UTF-16 units; twice as many are never exceeded.
 */
export const longestMatch = 16_384

/**
 * The first match of `pattern` at or after `from`, as a reader sees it who tries again after each unit that
 * is appended: it depends on the text alone, never on how the text was cut into pieces. So `/\d+/` matches at
 * its first digit, and `$`, `\b` and `(?!…)` hold at what is the end of the text at that moment. What lies
 * before `from` is seen by `^`, `\b` and look-behinds. The flags `g` and `y` are ignored.
 *
 * How it stays linear: text is looked at in blocks of {@link longestMatch}, each together with the block
 * before it, so no append makes more than two blocks be read again. Within a block a pattern that cannot stop
 * to match when text is appended (see `relax`) is tried once; where it matches, bisection finds the shortest
 * text on which it does. Any other pattern is tried after each unit, from the point on where its relaxed form
 * matches.
 * @param from UTF-16 units from the start of `text`.
 * @param scannedTo every shorter or equal prefix was tried before, without a match.
 */
export function findInText(
  text: SliceableText,
  from: number,
  pattern: Pattern,
  scannedTo: number = from - 1,
): TextMatch | null {
  if (from > text.length || scannedTo >= text.length) return null
  if (typeof pattern === 'string') return findLiteral(text, from, pattern, scannedTo)
  const search = compile(pattern)
  const firstBlock = Math.floor(Math.max(from, scannedTo + 1) / longestMatch)
  const lastBlock = Math.floor(text.length / longestMatch)
  for (let block = firstBlock; block <= lastBlock; block++) {
    const match = findInBlock(text, from, search, block, scannedTo)
    if (match) return match
  }
  return null
}

function findLiteral(
  text: SliceableText,
  from: number,
  literal: string,
  scannedTo: number,
): TextMatch | null {
  const windowStart = Math.max(from, scannedTo - literal.length + 1)
  const index = text.slice(windowStart, text.length).indexOf(literal)
  if (index < 0) return null
  return { start: windowStart + index, end: windowStart + index + literal.length }
}

interface Search {
  readonly pattern: RegExp
  /** Matches whenever `pattern` does and never stops to; null: unknown. */
  readonly gate: RegExp | null
  readonly exact: boolean
}

const compiled = new WeakMap<RegExp, Search>()

function compile(pattern: RegExp): Search {
  const known = compiled.get(pattern)
  if (known) return known
  const flags = `${pattern.flags.replace(/[gy]/g, '')}g`
  const relaxed = relax(pattern)
  const search: Search = {
    pattern: new RegExp(pattern.source, flags),
    gate: relaxed && new RegExp(relaxed.source, flags),
    exact: relaxed?.exact ?? false,
  }
  compiled.set(pattern, search)
  return search
}

/** Tries the prefixes of `text` that end in `block`. */
function findInBlock(
  text: SliceableText,
  from: number,
  search: Search,
  block: number,
  scannedTo: number,
): TextMatch | null {
  const blockStart = block * longestMatch
  const contextStart = Math.max(0, blockStart - 2 * longestMatch)
  const windowStart = Math.max(from, blockStart - longestMatch)
  const context = text.slice(contextStart, Math.min(text.length, blockStart + longestMatch - 1))
  const shortest = Math.max(from, blockStart, scannedTo + 1) - contextStart
  const found = firstMatch(context, windowStart - contextStart, shortest, search)
  return found && { start: found.start + contextStart, end: found.end + contextStart }
}

/** The match on the shortest prefix of `text` that has one, of those that are `shortest` long or longer. */
function firstMatch(text: string, start: number, shortest: number, search: Search): TextMatch | null {
  let length = shortest
  let from = start
  if (search.gate) {
    const possible = matchAt(text, start, search.gate)
    if (!possible) return null
    length = shortestPrefix(text, start, Math.max(shortest, possible.end), shortest, search.gate)
    from = possible.start
  }
  if (search.exact) return matchAt(text.slice(0, length), start, search.pattern)
  for (; length <= text.length; length++) {
    if (splitsCharacter(text, length)) continue
    const match = matchAt(text.slice(0, length), from, search.pattern)
    if (match) return match
  }
  return null
}

/**
 * The least length in `shortest..enough` at which `gate` matches; it does at `enough` or never less than
 * that.
 */
function shortestPrefix(text: string, start: number, enough: number, shortest: number, gate: RegExp): number {
  let low = shortest
  let high = lookAheadEnd(text, start, enough, gate)
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (matchAt(text.slice(0, middle), start, gate)) high = middle
    else low = middle + 1
  }
  return splitsCharacter(text, low) ? low + 1 : low
}

/** A look-ahead may need text behind the end of the match. */
function lookAheadEnd(text: string, start: number, end: number, gate: RegExp): number {
  return matchAt(text.slice(0, end), start, gate) ? end : text.length
}

function matchAt(text: string, from: number, pattern: RegExp): TextMatch | null {
  pattern.lastIndex = from
  const match = pattern.exec(text)
  return match && { start: match.index, end: match.index + match[0].length }
}

function splitsCharacter(text: string, at: number): boolean {
  const unit = text.charCodeAt(at - 1)
  const next = text.charCodeAt(at)
  return unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000
}
