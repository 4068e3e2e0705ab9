import { cr0Bit, cr4Bit, eferBit } from '../register-bits.ts'
import { rights, segment, state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import type { Processor } from '../system/processor.ts'
import { protect } from './faults.ts'
import { abovePhysical, hasOptional } from './model.ts'
import { loadPdptes } from './pdptes.ts'

const knownCr0 =
  cr0Bit.pe |
  cr0Bit.mp |
  cr0Bit.em |
  cr0Bit.ts |
  cr0Bit.ne |
  cr0Bit.wp |
  (cr0Bit.am | cr0Bit.nw | cr0Bit.cd | cr0Bit.pg)

/** What a write to CR4 may set; LA57 and PKE only where the model has them. */
const knownCr4 =
  cr4Bit.vme |
  cr4Bit.pvi |
  cr4Bit.tsd |
  cr4Bit.de |
  cr4Bit.pse |
  cr4Bit.pae |
  cr4Bit.mce |
  cr4Bit.pge |
  (cr4Bit.pce | cr4Bit.osfxsr | cr4Bit.osxmmexcpt | cr4Bit.umip | cr4Bit.fsgsbase | cr4Bit.pcide) |
  (cr4Bit.osxsave | cr4Bit.smep | cr4Bit.smap)

/** Bit 63 of what is moved to CR3 under CR4.PCIDE: translations may stay. */
const keepTranslations = 1n << 63n
const pcidMask = 0xfffn
/** Types of a 16-bit task state, available and busy. */
const narrowTaskStates: readonly number[] = [1, 3]

/**
 * MOV to CR0 (SDM volume 3, 2.5 and 4.1.2; volume 2, MOV to control registers). Turning paging on with
 * EFER.LME enters long mode, turning it off leaves it. Unknown bits of the lower half are ignored.
 * @throws GuestFault #GP(0)
 */
export function writeCr0(processor: Processor, value: bigint): void {
  const { state: cpu, tlb } = processor
  const before = cpu.cr0
  const after = ((Number(value & 0xffff_ffffn) & knownCr0) | cr0Bit.et) >>> 0
  const paging = (after & cr0Bit.pg) !== 0
  protect(value > 0xffff_ffffn)
  protect(paging && (after & cr0Bit.pe) === 0)
  protect((after & cr0Bit.nw) !== 0 && (after & cr0Bit.cd) === 0)
  const turnsOn = paging && !cpu.isPaging
  const turnsOff = !paging && cpu.isPaging
  const entersLong = turnsOn && (cpu.efer & eferBit.lme) !== 0
  protect(entersLong && !mayEnterLongMode(cpu))
  protect(turnsOff && (cpu.is64Bit || (cpu.cr4 & cr4Bit.pcide) !== 0))
  const hasPdptes = paging && !entersLong && !cpu.isLongMode && (cpu.cr4 & cr4Bit.pae) !== 0
  const changed = before ^ after
  if (hasPdptes && changed & (cr0Bit.pg | cr0Bit.cd | cr0Bit.nw)) loadPdptes(processor, cpu.u64(state.cr3))
  if (entersLong) cpu.setU64(state.efer, BigInt(cpu.efer | eferBit.lma))
  if (turnsOff) cpu.setU64(state.efer, BigInt(cpu.efer & ~eferBit.lma))
  cpu.setU64(state.cr0, BigInt(after))
  if (changed & ~after & cr0Bit.pe) makeCodeWritable(cpu)
  if (turnsOn || turnsOff) tlb.flush(false)
  else if (changed & (cr0Bit.wp | cr0Bit.am)) tlb.recheck()
}

/**
 * What is code in protected mode is read and written through CS in real mode, at the highest privilege: size
 * and limit stay. The SDM (volume 3, 9.9.2) only says so of the far jump that is to follow; Bochs does it
 * here.
 */
function makeCodeWritable(cpu: CpuState): void {
  const at = state.segmentRights + 4 * segment.cs
  const kept = cpu.u32(at) & (rights.big | rights.granular)
  cpu.setU32(at, kept | rights.nonSystem | rights.present | rights.writable | rights.accessed)
}

/** SDM volume 3, 10.8.5.1, and 10.8.5.3 for CS.L and the task state. */
function mayEnterLongMode(cpu: CpuState): boolean {
  const is64BitCode = (cpu.u32(state.segmentRights + 4 * segment.cs) & rights.long) !== 0
  const taskType = cpu.u32(state.segmentRights + 4 * segment.tr) & rights.typeMask
  return (cpu.cr4 & cr4Bit.pae) !== 0 && !is64BitCode && !narrowTaskStates.includes(taskType)
}

/**
 * MOV to CR3 (SDM volume 2, MOV to control registers; volume 3, 4.10.4.1). Entries of global pages stay.
 * @throws GuestFault #GP(0) for a reserved bit, also of what PAE paging loads
 */
export function writeCr3(processor: Processor, value: bigint): void {
  const { state: cpu, tlb } = processor
  const hasPcid = (cpu.cr4 & cr4Bit.pcide) !== 0
  const cr3 = hasPcid ? value & ~keepTranslations : value
  protect((cr3 & abovePhysical) !== 0n)
  if (cpu.isPaging && !cpu.isLongMode && cpu.cr4 & cr4Bit.pae) loadPdptes(processor, cr3)
  cpu.setU64(state.cr3, cr3)
  // Keeping what another PCID has is allowed, not asked for; the TLB knows no PCIDs.
  tlb.flush(true)
}

/**
 * MOV to CR4 (SDM volume 2, MOV to control registers; volume 3, 4.10.4.1).
 * @throws GuestFault #GP(0)
 */
export function writeCr4(processor: Processor, value: bigint): void {
  const { state: cpu, tlb } = processor
  protect((value & ~BigInt(allowedCr4(cpu))) !== 0n)
  const after = Number(value)
  const changed = cpu.cr4 ^ after
  const turnsOn = changed & after
  const loosePcid = !cpu.isLongMode || (cpu.u64(state.cr3) & pcidMask) !== 0n
  protect(cpu.isLongMode && (after & cr4Bit.pae) === 0)
  protect(cpu.isLongMode && (changed & cr4Bit.la57) !== 0)
  protect((turnsOn & cr4Bit.pcide) !== 0 && loosePcid)
  const hasPdptes = cpu.isPaging && !cpu.isLongMode && (after & cr4Bit.pae) !== 0
  const reloads = cr4Bit.pae | cr4Bit.pge | cr4Bit.pse | cr4Bit.smep
  if (hasPdptes && changed & reloads) loadPdptes(processor, cpu.u64(state.cr3))
  cpu.setU64(state.cr4, BigInt(after))
  const formats = cr4Bit.pse | cr4Bit.pae | cr4Bit.pge | cr4Bit.la57
  const flushes = changed & formats || changed & ~after & cr4Bit.pcide || turnsOn & cr4Bit.smep
  if (flushes) tlb.flush(false)
  else if (changed & (cr4Bit.smep | cr4Bit.smap | cr4Bit.pke)) tlb.recheck()
}

/** Bits of CR4 that are not reserved on this processor. */
function allowedCr4(cpu: CpuState): number {
  return knownCr4 | (hasOptional(cpu, 'la57') ? cr4Bit.la57 : 0) | (hasOptional(cpu, 'pku') ? cr4Bit.pke : 0)
}

/** MOV to CR8: the task priority. */
export function writeCr8({ state: cpu, apic }: Processor, value: bigint): void {
  protect(value > 15n)
  cpu.setU32(state.taskPriority, Number(value))
  apic.prioritized()
}
