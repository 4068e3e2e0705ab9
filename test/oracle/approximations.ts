import type { Case } from './cases.ts'
import { changes } from './vectors.ts'

/**
 * Instructions of which the manual gives a bound alone: within 1.5 * 2 ** -12 of the exact value, so that two
 * processors may be twice that apart.
 */
const approximate = new Set(['RCPPS', 'RCPSS', 'RSQRTPS', 'RSQRTSS'])
const bound = 2 * 1.5 * 2 ** -12
/** Results below the least normal number may be 0, also where only their rounding makes them more. */
const tiny = 2 ** -126 * (1 + 2 ** -10)

/** A recorded line, with our bits where both results are close enough to the exact one. */
export function withinBound(input: Case, expected: string, ours: Uint8Array): string {
  if (!approximate.has(input.row.mnemonic)) return expected
  const tokens = expected.split(' ')
  const host = input.float.vectors.slice()
  for (const token of tokens) {
    const [, at, bytes] = /^x(\d+)=(.*)$/.exec(token) ?? []
    if (at !== undefined && bytes !== undefined) host.set(Buffer.from(bytes, 'hex'), Number(at))
  }
  const [theirs, own] = [host, ours].map((bytes) => new Float32Array(bytes.slice().buffer))
  theirs?.forEach((value, index) => {
    if (areClose(value, own?.[index] ?? 0)) host.set(ours.subarray(4 * index, 4 * index + 4), 4 * index)
  })
  const rest = tokens.filter((token) => !/^x\d/.test(token))
  return [...rest, ...changes('x', input.float.vectors, host)].join(' ')
}

/** Of NaNs, infinities and zeros the bits count. */
function areClose(a: number, b: number): boolean {
  if (!Number.isFinite(a) || !Number.isFinite(b) || Object.is(a, b)) return false
  if (a === 0 || b === 0) return Math.sign(1 / a) === Math.sign(1 / b) && Math.abs(a + b) < tiny
  return Math.abs(a - b) <= bound * Math.abs(b)
}
