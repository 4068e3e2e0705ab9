import { demangleV0 } from './demangle-v0.ts'

/**
 * A Rust symbol as a person writes it, without hashes and crate disambiguators; any other name as it is.
 * Knows rustc's legacy scheme (`_ZN…17h0123456789abcdefE`) and v0 (`_R…`, RFC 2603).
 * No kept npm package for this was found, so it is ours.
 */
export function demangle(name: string): string {
  const start = name.startsWith('__') ? 1 : 0
  if (name.startsWith('_R', start)) return demangleV0(name.slice(start + 2)) ?? name
  if (name.startsWith('_ZN', start)) return demangleLegacy(name.slice(start + 3)) ?? name
  return name
}

const legacyHash = /^h[0-9a-f]{16}$/

/** Length-prefixed segments up to `E`, the last one a hash; null for anything else, C++ names above all. */
function demangleLegacy(path: string): string | null {
  const segments: string[] = []
  let at = 0
  while (path[at] !== 'E') {
    const digits = /^[1-9][0-9]{0,5}/.exec(path.slice(at, at + 6))?.[0]
    if (digits === undefined) return null
    const start = at + digits.length
    at = start + Number(digits)
    if (at >= path.length) return null
    segments.push(path.slice(start, at))
  }
  const suffix = path.slice(at + 1)
  if (suffix !== '' && !suffix.startsWith('.')) return null
  const hash = segments.pop()
  if (hash === undefined || segments.length === 0 || !legacyHash.test(hash)) return null
  return segments.map(unescapeLegacy).join('::')
}

/** What rustc's legacy scheme writes for characters that a linker may not like. */
const legacyEscapes: Readonly<Record<string, string>> = {
  SP: '@',
  BP: '*',
  RF: '&',
  LT: '<',
  GT: '>',
  LP: '(',
  RP: ')',
  C: ',',
}

function unescapeLegacy(segment: string): string {
  const text = segment.startsWith('_$') ? segment.slice(1) : segment
  return text.replace(/\$([A-Z]{1,2}|u[0-9a-f]{1,6})\$|\.\./g, (whole, code: string | undefined) => {
    if (code === undefined) return '::'
    if (!code.startsWith('u')) return legacyEscapes[code] ?? whole
    const point = Number.parseInt(code.slice(1), 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}
