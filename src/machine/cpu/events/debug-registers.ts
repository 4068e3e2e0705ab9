import { cr4Bit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'

/** Bits of DR6 (SDM volume 3, 17.2.3), and so of `state.pendingDebug`. */
export const debugBit = {
  breakpoints: 0xf,
  registerAccess: 0x2000,
  singleStep: 0x4000,
  taskSwitch: 0x8000,
} as const

/** Bits of DR7 (SDM volume 3, 17.2.4). */
const dr7Bit = { enables: 0xff, generalDetect: 0x2000 } as const

/** R/W fields of DR7. */
const kinds = ['instruction', 'write', 'port', 'readWrite'] as const
type BreakpointKind = (typeof kinds)[number]

/** LEN fields of DR7: 1, 2, 8 and 4 bytes. */
const lengths = [1, 2, 8, 4] as const

/** What DR0 to DR3 and DR7 ask for. */
interface Breakpoint {
  /** Aligned to `bytes`. For ports: the port. */
  readonly linear: bigint
  readonly bytes: number
  readonly kind: BreakpointKind
  readonly isEnabled: boolean
}

function breakpoint(cpu: CpuState, number: number): Breakpoint {
  const dr7 = cpu.u32(state.dr7)
  const control = dr7 >>> (16 + 4 * number)
  const bytes = lengths[(control >> 2) & 3] ?? 1
  return {
    linear: cpu.u64(state.dr0 + 8 * number) & ~BigInt(bytes - 1),
    bytes,
    kind: kinds[control & 3] ?? 'instruction',
    isEnabled: ((dr7 >> (2 * number)) & 3) !== 0,
  }
}

const numbers = [0, 1, 2, 3] as const

function enabled(cpu: CpuState): readonly Breakpoint[] {
  if ((cpu.u32(state.dr7) & dr7Bit.enables) === 0) return []
  return numbers.map((number) => breakpoint(cpu, number)).filter(({ isEnabled }) => isEnabled)
}

export function hasInstructionBreakpoints(cpu: CpuState): boolean {
  return enabled(cpu).some(({ kind }) => kind === 'instruction')
}

/**
 * B0 to B3 for an access, or 0. Once an enabled one is hit, those that match without being enabled are
 * reported too (SDM volume 3, 17.2.3).
 */
function hits(cpu: CpuState, linear: bigint, bytes: number, asked: readonly BreakpointKind[]): number {
  if ((cpu.u32(state.dr7) & dr7Bit.enables) === 0) return 0
  const last = linear + BigInt(bytes - 1)
  let bits = 0
  let isHit = false
  for (const number of numbers) {
    const one = breakpoint(cpu, number)
    const matches = last >= one.linear && linear < one.linear + BigInt(one.bytes)
    if (!matches || !asked.includes(one.kind)) continue
    bits |= 1 << number
    isHit ||= one.isEnabled
  }
  return isHit ? bits : 0
}

/** Of the instruction that begins at a linear address. */
export function instructionHits(cpu: CpuState, linear: bigint): number {
  return hits(cpu, linear, 1, ['instruction'])
}

/**
 * A data access that has been done, or cannot fault any more. True if #DB follows the instruction.
 */
export function noteDataAccess(cpu: CpuState, linear: bigint, bytes: number, isWrite: boolean): boolean {
  const asked: readonly BreakpointKind[] = isWrite ? ['write', 'readWrite'] : ['readWrite']
  return addPending(cpu, hits(cpu, BigInt.asUintN(64, linear), bytes, asked))
}

/** The same for ports, where CR4.DE makes R/W field 2 mean them. */
export function notePortAccess(cpu: CpuState, port: number, bytes: number): boolean {
  if ((cpu.u32(state.dr7) & dr7Bit.enables) === 0 || (cpu.cr4 & cr4Bit.de) === 0) return false
  return addPending(cpu, hits(cpu, BigInt(port), bytes, ['port']))
}

export function addPending(cpu: CpuState, bits: number): boolean {
  if (bits !== 0) cpu.setU32(state.pendingDebug, cpu.u32(state.pendingDebug) | bits)
  return bits !== 0
}

/** What #DB does to DR6 and DR7: B0 to B3 are new, all else in DR6 stays set until software clears it. */
export function recordDebug(cpu: CpuState, bits: number): void {
  cpu.setU32(state.dr6, (cpu.u32(state.dr6) & ~debugBit.breakpoints) | bits)
  cpu.setU32(state.dr7, cpu.u32(state.dr7) & ~dr7Bit.generalDetect)
}
