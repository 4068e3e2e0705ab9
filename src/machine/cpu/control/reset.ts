import { cr0Bit } from '../register-bits.ts'
import { activity, rights, segment, state } from '../state-layout.ts'
import type { CpuState, SegmentCache } from '../system/cpu-state.ts'
import { dr6, dr7 } from './debug-registers.ts'
import { initialMiscEnable } from './misc-enable.ts'
import { signature, xcr0Bit } from './model.ts'

const rdx = 2
const realLimit = 0xffff
const writableData = rights.present | rights.nonSystem | rights.writable | rights.accessed
const localTable = rights.present | 2
const busyTask = rights.present | 11

/** PA0 to PA7: WB, WT, UC-, UC, twice. */
const initialPat = 0x0007_0406_0007_0406n
const bootProcessorApic = 0xfee0_0900n

/**
 * The processor as power-on or INIT leaves it (SDM volume 3, table 10-1). `randomSeed`, `optionalFeatures`,
 * A20
 * and what waits to be delivered are the machine's. The caller flushes TLBs and derives what is derived.
 */
export function resetState(cpu: CpuState, kind: 'power' | 'init', units = 0n): void {
  cpu.clear(state.registers, 16 * 8)
  cpu.setGeneral(rdx, BigInt(signature))
  cpu.flags = 2
  cpu.rip = 0xfff0n
  cpu.cpl = 0
  resetSegments(cpu)
  const cachesOff = cr0Bit.cd | cr0Bit.nw
  // INIT leaves the caches as they are.
  const kept = kind === 'init' ? cpu.cr0 & cachesOff : cachesOff
  cpu.setU64(state.cr0, BigInt(kept | cr0Bit.et))
  for (const at of [state.cr2, state.cr3, state.cr4, state.efer]) cpu.clear(at, 8)
  cpu.clear(state.dr0, 4 * 8)
  cpu.setU64(state.dr6, BigInt(dr6.fixed))
  cpu.setU64(state.dr7, BigInt(dr7.fixed))
  cpu.setU32(state.taskPriority, 0)
  cpu.setU32(state.monitorArmed, 0)
  cpu.setU32(state.activity, activity.running)
  const waiting = [state.shadow, state.pendingDebug, state.nmiBlocked, state.midway]
  for (const at of waiting) cpu.setU32(at, 0)
  if (kind === 'power') {
    resetFloatingPoint(cpu)
    resetModelRegisters(cpu, units)
  }
}

function resetSegments(cpu: CpuState): void {
  const data: SegmentCache = { selector: 0, base: 0n, limit: realLimit, rights: writableData }
  for (let number = segment.es; number <= segment.gs; number++) cpu.setSegment(number, data)
  cpu.setSegment(segment.cs, { ...data, selector: 0xf000, base: 0xffff_0000n })
  cpu.setSegment(segment.ldtr, { ...data, rights: localTable })
  cpu.setSegment(segment.tr, { ...data, rights: busyTask })
  for (const at of [state.gdtBase, state.idtBase]) cpu.clear(at, 8)
  for (const at of [state.gdtLimit, state.idtLimit]) cpu.setU32(at, realLimit)
}

/** FCW is 0040, tags say zero: FNINIT comes later. INIT leaves all of it alone (SDM volume 3, table 10-1). */
function resetFloatingPoint(cpu: CpuState): void {
  cpu.clear(state.xmm, 16 * 16)
  cpu.clear(state.x87, 8 * 16)
  cpu.setU32(state.mxcsr, 0x1f80)
  cpu.setU32(state.x87Control, 0x40)
  cpu.setU32(state.x87Status, 0)
  cpu.setU32(state.x87Full, 0xff)
  for (const at of [state.x87Instruction, state.x87Operand]) cpu.clear(at, 8)
  cpu.setU32(state.x87Opcode, 0)
  cpu.setU32(state.numericErrorsIgnored, 0)
}

/** INIT leaves all of these alone. */
function resetModelRegisters(cpu: CpuState, units: bigint): void {
  const zeros = [
    ...[state.kernelGsBase, state.star, state.lstar, state.cstar, state.fmask, state.tscAux],
    ...[state.sysenterCs, state.sysenterEsp, state.sysenterEip, state.tscAdjust, state.debugControl],
    ...[state.pkru, state.machineCheckStatus],
  ]
  for (const at of zeros) cpu.clear(at, 8)
  cpu.clear(state.mtrrs, 28 * 8)
  cpu.clear(state.pdptes, 4 * 8)
  cpu.setU64(state.tscOffset, BigInt.asUintN(64, -units))
  cpu.setU64(state.apicBase, bootProcessorApic)
  cpu.setU64(state.pat, initialPat)
  cpu.setU64(state.miscEnable, initialMiscEnable)
  cpu.setU64(state.xcr0, BigInt(xcr0Bit.x87))
}
