/**
 * A weaker form of a regular expression that holds on every text on which the original holds, with the same
 * spans, and that keeps holding when text is appended. `exact`: the original already is of that kind.
 */
export interface RelaxedPattern {
  readonly source: string
  readonly exact: boolean
}

interface Reader {
  readonly source: string
  /** `v`: character classes nest. */
  readonly nestedClasses: boolean
  at: number
}

const groupStart = /\((?:\?(?:<?[=!]|<[^>]*>|[a-z-]*:))?/y
const backreference = /\\(?:[1-9]|k<)/
const assertion = /[$^]|\\[bB]|\(\?<?[=!]/

/**
 * Takes out of a regular expression what may stop to hold when more text comes: `$`, `\b` and `\B` that could
 * stand at the end of a match, and negative look-aheads. Null where that cannot be told (backreferences).
 */
export function relax(pattern: RegExp): RelaxedPattern | null {
  if (backreference.test(pattern.source)) return null
  const reader: Reader = { source: pattern.source, nestedClasses: pattern.flags.includes('v'), at: 0 }
  let source = ''
  let exact = true
  while (reader.at < reader.source.length) {
    const start = reader.at
    const token = readToken(reader)
    if (isFleeting(token, reader, start)) {
      exact = false
      source += '(?:)'
    } else source += token
  }
  return { source, exact }
}

/**
 * Whether an append may turn the token from true to false. Moves the reader past a group that is to be
 * dropped whole.
 */
function isFleeting(token: string, reader: Reader, start: number): boolean {
  if (token === '$' || token === '\\b' || token === '\\B') return !isFollowedByCharacter(reader)
  if (token === '(?!') {
    skipGroup(reader)
    return true
  }
  if (token !== '(?<!') return false
  const contentStart = reader.at
  skipGroup(reader)
  const dropped = assertion.test(reader.source.slice(contentStart, reader.at))
  if (!dropped) reader.at = start + token.length
  return dropped
}

/**
 * Whether what comes next must consume a character, so that an assertion before it never looks at the end of
 * the text.
 */
function isFollowedByCharacter(reader: Reader): boolean {
  const ahead: Reader = { ...reader }
  const token = readToken(ahead)
  const consumes = !['', '^', '$', '|', ')', '\\b', '\\B'].includes(token) && !token.startsWith('(')
  return consumes && !/^(?:[*?]|\{0)/.test(ahead.source.slice(ahead.at))
}

/** From inside a group to behind its closing parenthesis. */
function skipGroup(reader: Reader): void {
  for (let depth = 1; depth > 0 && reader.at < reader.source.length; ) {
    const token = readToken(reader)
    if (token === ')') depth--
    else if (token.startsWith('(')) depth++
  }
}

/** One escape, class, group opening or character; '' at the end. */
function readToken(reader: Reader): string {
  const { source, at } = reader
  const first = source.charAt(at)
  if (first === '\\') reader.at = at + 2
  else if (first === '[') reader.at = endOfClass(reader)
  else if (first === '(') {
    groupStart.lastIndex = at
    groupStart.test(source)
    reader.at = groupStart.lastIndex
  } else reader.at = at + 1
  return source.slice(at, reader.at)
}

function endOfClass(reader: Reader): number {
  let depth = 0
  for (let at = reader.at; at < reader.source.length; at++) {
    const character = reader.source.charAt(at)
    if (character === '\\') at++
    else if (character === '[' && (depth === 0 || reader.nestedClasses)) depth++
    else if (character === ']' && --depth === 0) return at + 1
  }
  return reader.source.length
}
