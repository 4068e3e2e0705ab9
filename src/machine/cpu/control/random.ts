import { arithmeticFlags, flagBit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'

/** RDRAND (SDM volume 2): always has a number, and the same ones for the same seed. */
export const randomInstructions: SystemInstructions = {
  RDRAND: ({ state: cpu }, operation) => {
    cpu.setGeneral(operation.general(0), nextRandom(cpu), operation.bytes)
    cpu.flags = (cpu.flags & ~arithmeticFlags) | flagBit.carry
    return 'next'
  },
}

/** SplitMix64: a counter, mixed. */
function nextRandom(cpu: CpuState): bigint {
  const seed = BigInt.asUintN(64, cpu.u64(state.randomSeed) + 0x9e37_79b9_7f4a_7c15n)
  cpu.setU64(state.randomSeed, seed)
  const once = BigInt.asUintN(64, (seed ^ (seed >> 30n)) * 0xbf58_476d_1ce4_e5b9n)
  const twice = BigInt.asUintN(64, (once ^ (once >> 27n)) * 0x94d0_49bb_1331_11ebn)
  return twice ^ (twice >> 31n)
}
