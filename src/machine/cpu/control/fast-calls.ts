import { eferBit, flagBit, sysretFlags } from '../register-bits.ts'
import { rights, segment, state } from '../state-layout.ts'
import type { CpuState, SegmentCache } from '../system/cpu-state.ts'
import type { Operation } from '../system/operation.ts'
import type { Outcome, Processor } from '../system/processor.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'
import { protect, undefinedIf } from './faults.ts'
import { isCanonicalFor } from './linear-width.ts'

const [rcx, rdx, rsp, r11] = [1, 2, 4, 11]
const wholeSpace = 0xffff_ffff
const alwaysSet = 2

/**
 * SYSCALL, SYSRET, SYSENTER and SYSEXIT as Intel has them (SDM volume 2): SYSCALL is #UD outside of 64-bit
 * mode, SYSRET faults at CPL 0 for an address that is not canonical. Both trap by the TF that they leave, so
 * that a kernel that masks it is not stepped into, and user code is stepped over the call.
 */
export const fastCallInstructions: SystemInstructions = {
  SYSCALL: syscall,
  SYSRET: sysret,
  SYSENTER: sysenter,
  SYSEXIT: sysexit,
}

function syscall({ state: cpu, events }: Processor, operation: Operation): Outcome {
  undefinedIf(!cpu.is64Bit || (cpu.efer & eferBit.sce) === 0)
  const { flags } = cpu
  const selector = Number((cpu.u64(state.star) >> 32n) & 0xffffn)
  cpu.setGeneral(rcx, operation.next)
  cpu.setGeneral(r11, BigInt(flags & ~flagBit.resume))
  cpu.flags = (flags & ~cpu.u32(state.fmask) & ~(flagBit.resume | flagBit.virtual8086)) | alwaysSet
  events.stepByNewFlags()
  enterFlat(cpu, { code: selector & 0xfffc, stack: selector + 8, ring: 0, long: true })
  cpu.rip = cpu.u64(state.lstar)
  return 'jump'
}

function sysret({ state: cpu, events }: Processor, operation: Operation): Outcome {
  const long = operation.bytes === 8
  const target = cpu.general(rcx)
  undefinedIf(!cpu.is64Bit || (cpu.efer & eferBit.sce) === 0)
  protect(cpu.cpl !== 0)
  protect(long && !isCanonicalFor(cpu, target))
  const selector = Number(cpu.u64(state.star) >> 48n)
  cpu.flags = (Number(cpu.general(r11, 4)) & sysretFlags) | alwaysSet
  events.stepByNewFlags()
  enterFlat(cpu, { code: selector + (long ? 16 : 0), stack: selector + 8, ring: 3, long })
  cpu.rip = long ? target : target & 0xffff_ffffn
  return 'jump'
}

function sysenter({ state: cpu }: Processor): Outcome {
  const selector = cpu.u32(state.sysenterCs) & 0xfffc
  protect(!cpu.isProtected || selector === 0)
  const long = cpu.isLongMode
  const bytes = long ? 8 : 4
  cpu.flags &= ~(flagBit.virtual8086 | flagBit.interrupt | flagBit.resume)
  enterFlat(cpu, { code: selector, stack: selector + 8, ring: 0, long })
  cpu.setGeneral(rsp, cpu.u64(state.sysenterEsp), bytes)
  cpu.rip = BigInt.asUintN(8 * bytes, cpu.u64(state.sysenterEip))
  return 'jump'
}

function sysexit({ state: cpu }: Processor, operation: Operation): Outcome {
  const selector = cpu.u32(state.sysenterCs) & 0xfffc
  protect(!cpu.isProtected || selector === 0 || cpu.cpl !== 0)
  const long = operation.bytes === 8
  const bytes = long ? 8 : 4
  const [target, stack] = [cpu.general(rdx, bytes), cpu.general(rcx, bytes)]
  protect(long && !(isCanonicalFor(cpu, target) && isCanonicalFor(cpu, stack)))
  const code = selector + (long ? 32 : 16)
  enterFlat(cpu, { code, stack: code + 8, ring: 3, long })
  cpu.setGeneral(rsp, stack, bytes)
  cpu.rip = target
  return 'jump'
}

interface FlatCode {
  readonly code: number
  readonly stack: number
  readonly ring: 0 | 3
  readonly long: boolean
}

/** Loads CS and SS with what these instructions give them, whatever the descriptor tables say. */
function enterFlat(cpu: CpuState, { code, stack, ring, long }: FlatCode): void {
  const common = rights.nonSystem | rights.accessed | rights.writable | rights.present | rights.granular
  const level = common | (ring << rights.dplShift)
  cpu.setSegment(segment.cs, flat(code | ring, level | rights.code | (long ? rights.long : rights.big)))
  cpu.setSegment(segment.ss, flat(stack | ring, level | rights.big))
  cpu.cpl = ring
}

function flat(selector: number, access: number): SegmentCache {
  return { selector: selector & 0xffff, base: 0n, limit: wholeSpace, rights: access }
}
