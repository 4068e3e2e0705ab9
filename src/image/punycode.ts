/** RFC 3492 §5: the parameters of Punycode. */
const base = 36
const tMin = 1
const tMax = 26
const skew = 38
const damp = 700
const initialBias = 72
const initialCode = 0x80
const lastCode = 0x10ffff

/**
 * Decodes Punycode as Rust's v0 names carry it: `_` in place of `-` between the plain and the encoded part.
 * Null for what no encoder writes.
 */
export function decodePunycode(text: string): string | null {
  const split = text.lastIndexOf('_')
  const characters = [...text.slice(0, Math.max(split, 0))]
  const encoded = text.slice(split + 1)
  let code = initialCode
  let bias = initialBias
  let place = 0
  let at = 0
  while (at < encoded.length) {
    const before = place
    let weight = 1
    for (let k = base; ; k += base) {
      const digit = digitOf(encoded.charCodeAt(at++))
      if (digit === null) return null
      place += digit * weight
      const threshold = Math.min(Math.max(k - bias, tMin), tMax)
      if (digit < threshold) break
      weight *= base - threshold
      if (weight > Number.MAX_SAFE_INTEGER) return null
    }
    const length = characters.length + 1
    bias = adapted(place - before, length, before === 0)
    code += Math.floor(place / length)
    place %= length
    if (code > lastCode) return null
    characters.splice(place, 0, String.fromCodePoint(code))
    place++
  }
  return characters.join('')
}

function digitOf(character: number): number | null {
  if (character >= 0x61 && character <= 0x7a) return character - 0x61
  if (character >= 0x30 && character <= 0x39) return character - 0x30 + 26
  return null
}

/** RFC 3492 §6.1. */
function adapted(delta: number, length: number, first: boolean): number {
  let rest = Math.floor(delta / (first ? damp : 2))
  rest += Math.floor(rest / length)
  let k = 0
  while (rest > ((base - tMin) * tMax) / 2) {
    rest = Math.floor(rest / (base - tMin))
    k += base
  }
  return k + Math.floor(((base - tMin + 1) * rest) / (rest + skew))
}
