import type { Random } from './random.ts'

export const isPackedShift = (mnemonic: string): boolean => /^PS[LR][LA]/.test(mnemonic)

/** Lanes of each width at and near their limits, random ones, equal ones; and counts of shifts. */
export function integers(random: Random, bytes: number, withCounts: boolean): Uint8Array {
  const memory = new Uint8Array(bytes)
  const view = new DataView(memory.buffer)
  for (let at = 0; at < bytes; at += 8) {
    const kind = random.below(8)
    if (withCounts && kind < 4) view.setBigUint64(at, shiftCount(random), true)
    else if (kind === 4) view.setBigUint64(at, random.long(), true)
    else if (kind === 5 && at >= 16) memory.copyWithin(at, at - 16, at - 8)
    else {
      const lane = random.pick([1, 2, 4, 8])
      for (let part = at; part < at + 8; part += lane) {
        const value = BigInt.asUintN(8 * lane, laneValue(random, BigInt(8 * lane)))
        for (let index = 0; index < lane; index++) {
          memory[part + index] = Number((value >> BigInt(8 * index)) & 0xffn)
        }
      }
    }
  }
  return memory
}

function laneValue(random: Random, bits: bigint): bigint {
  const sign = 1n << (bits - 1n)
  const near = BigInt(random.below(3)) - 1n
  const corners = [0n, near, sign + near, -sign, (1n << (bits / 2n)) + near]
  return random.oneIn(3) ? random.long() : random.pick(corners)
}

/** All 64 bits of it count. */
function shiftCount(random: Random): bigint {
  const small = BigInt(random.below(random.pick([8, 20, 36, 72])))
  return random.oneIn(8) ? small | (1n << BigInt(8 + random.below(56))) : small
}
