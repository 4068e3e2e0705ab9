import type { Case } from './cases.ts'
import { orderOf } from './float/order.ts'
import type { FloatState } from './float-state.ts'
import { floatStateOf, withFloatState } from './vectors.ts'

/** What of the host's results is close enough to ours, replaced by ours. */
type Settle = (host: FloatState, ours: FloatState) => FloatState

/**
 * Instructions of which the manual gives a bound alone. RCP and RSQRT: within 1.5 * 2 ** -12 of the exact
 * value, so that two processors may be twice that apart. Transcendental functions: within 1 ulp (SDM
 * volume 1, 8.3.10), so 2 apart.
 */
const approximate: Readonly<Record<string, Settle>> = {
  ...{ RCPPS: settleVectors, RCPSS: settleVectors, RSQRTPS: settleVectors, RSQRTSS: settleVectors },
  ...{ F2XM1: settleX87, FYL2X: settleX87, FYL2XP1: settleX87, FPATAN: settleX87 },
  ...{ FPTAN: settleX87, FSIN: settleX87, FCOS: settleX87, FSINCOS: settleX87 },
}

const bound = 2 * 1.5 * 2 ** -12
/** Results below the least normal number may be 0, also where only their rounding makes them more. */
const tiny = 2 ** -126 * (1 + 2 ** -10)
const ulps = 2n
const [stackFault, c1] = [0x40, 0x200]

/** A recorded line, with our bits where both results are close enough to the exact one. */
export function withinBound(input: Case, expected: string, ours: FloatState): string {
  const settle = approximate[input.row.mnemonic]
  if (!settle) return expected
  return withFloatState(expected, input.float, settle(floatStateOf(expected, input.float), ours))
}

function settleVectors(host: FloatState, ours: FloatState): FloatState {
  const vectors = host.vectors.slice()
  const [theirs, own] = [host, ours].map((state) => new Float32Array(state.vectors.slice().buffer))
  theirs?.forEach((value, index) => {
    const at = 4 * index
    if (areClose(value, own?.[index] ?? 0)) vectors.set(ours.vectors.subarray(at, at + 4), at)
  })
  return { ...host, vectors }
}

/** Of NaNs, infinities and zeros the bits count. */
function areClose(a: number, b: number): boolean {
  if (!Number.isFinite(a) || !Number.isFinite(b) || Object.is(a, b)) return false
  if (a === 0 || b === 0) return Math.sign(1 / a) === Math.sign(1 / b) && Math.abs(a + b) < tiny
  return Math.abs(a - b) <= bound * Math.abs(b)
}

/** C1 says which way a result was rounded, or of a stack fault which one it was. */
function settleX87(host: FloatState, ours: FloatState): FloatState {
  const registers = host.registers.slice()
  for (let at = 0; at < registers.length; at += 10) {
    if (areNear(extendedAt(host.registers, at), extendedAt(ours.registers, at))) {
      registers.set(ours.registers.subarray(at, at + 10), at)
    }
  }
  const free = host.status & stackFault ? 0 : c1
  return { ...host, registers, status: (host.status & ~free) | (ours.status & free) }
}

/** Of NaNs and infinities the bits count. */
function areNear(a: bigint, b: bigint): boolean {
  const special = 0x7fffn << 64n
  if ((a & special) === special || (b & special) === special) return false
  const apart = orderOf(a) - orderOf(b)
  return apart >= -ulps && apart <= ulps
}

function extendedAt(bytes: Uint8Array, at: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at)
  return (BigInt(view.getUint16(8, true)) << 64n) | view.getBigUint64(0, true)
}
