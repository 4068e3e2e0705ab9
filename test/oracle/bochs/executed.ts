import type { Cpu } from '../../../src/machine/cpu/cpu.ts'
import { type Bits, Decoder } from '../../../src/machine/cpu/decode/decoder.ts'
import { rights, segment, state } from '../../../src/machine/cpu/state-layout.ts'
import type { Row } from '../../../src/machine/cpu/table/row.ts'
import { address } from './layout.ts'
import { followOurs } from './our-machine.ts'
import type { Prepared } from './suite.ts'

/** An instruction that a probe came to, and what became of it. */
export interface Executed {
  readonly row: Row
  readonly bits: Bits
  readonly operandBytes: number
  readonly isMemory: boolean
  readonly isDone: boolean
  /** Of the exception or interrupt that it raised, or null. */
  readonly vector: number | null
}

const pageFault = 14
const generalProtection = 13
/** Where code is fetched: its linear address, its length, and how many bytes there are up to the limit. */
interface Before {
  readonly linear: bigint
  readonly length: number
  readonly room: number
}

/** What probes map as it stands. */
const identity = 0x10_0000n

const decoders = { 16: new Decoder(16), 32: new Decoder(32), 64: new Decoder(64) }

/**
 * The instructions of a probe that our processor began, done or not; without the UD2 that ends it. They are
 * Bochs', too, where the records agree.
 */
export function executedIn({ rom, probe, end }: Prepared): readonly Executed[] {
  const all: Executed[] = []
  followOurs(rom, probe, (cpu, linear, step) => {
    const bits = widthOf(cpu)
    const instruction = decoders[bits].decode(codeAt(cpu, linear), 0, 15)
    const { row, length, operandBytes, isMemory } = instruction
    const before = { linear, length, room: roomFor(cpu, bits) }
    const { hasBegun, hasFaulted, vector, stop } = step()
    const isEnd = linear === BigInt(address.code + end)
    if (row && hasBegun && !isEnd && !isOfFetch(cpu, before, vector)) {
      all.push({ row, bits, operandBytes, isMemory, isDone: !hasFaulted, vector })
    }
    return { stop }
  })
  return all
}

function widthOf({ state: now }: Cpu): Bits {
  if (now.is64Bit) return 64
  return now.u32(state.segmentRights + 4 * segment.cs) & rights.big ? 32 : 16
}

function codeAt(cpu: Cpu, linear: bigint): Uint8Array {
  return linear < identity ? cpu.memory.read(Number(linear), 15) : new Uint8Array()
}

function roomFor({ state: now }: Cpu, bits: Bits): number {
  if (bits === 64) return Number.POSITIVE_INFINITY
  return now.u32(state.segmentLimits + 4 * segment.cs) - Number(now.rip) + 1
}

/** Whether the exception is about the instruction's bytes: nobody has seen the instruction then. */
function isOfFetch({ state: now }: Cpu, before: Before, vector: number | null): boolean {
  const { linear, room, length } = before
  if (vector === pageFault) {
    const address = now.u64(state.cr2)
    return address >= linear && address < linear + BigInt(length)
  }
  return vector === generalProtection && length > room
}
