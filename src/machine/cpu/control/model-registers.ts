import { eferBit } from '../register-bits.ts'
import { segment, state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import type { Processor } from '../system/processor.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'
import { protect } from './faults.ts'
import { miscEnableAfter, miscEnableBit } from './misc-enable.ts'
import { abovePhysical, model } from './model.ts'
import { type ModelRegister, readOnly, stored, storedAddress } from './model-register.ts'
import { allBytes, mtrrCapabilities, mtrrs, patTypes } from './mtrrs.ts'
import { setTimeAdjust, setTimeStamp, timeStamp } from './time-stamp.ts'

const segmentBase = (number: number) => state.segmentBases + 8 * number

/** RDCL_NO, SKIP_L1DFL_VMENTRY, SSB_NO, MDS_NO, PSCHANGE_MC_NO, TAA_NO: nothing here speculates. */
const archCapabilities = 0x179n

/** Locked, with neither VMX nor SGX enabled. */
const featureControl = 1n

const knownEfer = BigInt(eferBit.sce | eferBit.lme | eferBit.lma | eferBit.nxe)

const apicBase = stored(state.apicBase, isApicBase)

/**
 * By number (SDM volume 4). Numbers that are not here fault: x2APIC mode and the TSC deadline are not
 * there.
 */
const registers = new Map<number, ModelRegister>([
  // IA32_TIME_STAMP_COUNTER, IA32_PLATFORM_ID, IA32_APIC_BASE, IA32_FEATURE_CONTROL, IA32_TSC_ADJUST
  [0x10, { read: timeStamp, write: setTimeStamp }],
  [0x17, readOnly(0n)],
  [0x1b, { ...apicBase, write: writeApicBase }],
  [0x3a, readOnly(featureControl)],
  [0x3b, { read: ({ state: cpu }) => cpu.u64(state.tscAdjust), write: setTimeAdjust }],
  // IA32_BIOS_SIGN_ID: the microcode's revision, whatever was written before CPUID.
  [0x8b, { read: () => BigInt(model.microcodeRevision) << 32n, write: () => {} }],
  // IA32_MTRRCAP, IA32_ARCH_CAPABILITIES
  [0xfe, readOnly(mtrrCapabilities)],
  [0x10a, readOnly(archCapabilities)],
  // IA32_SYSENTER_CS, ESP, EIP
  [0x174, lowHalf(state.sysenterCs)],
  [0x175, storedAddress(state.sysenterEsp)],
  [0x176, storedAddress(state.sysenterEip)],
  // IA32_MCG_CAP, IA32_MCG_STATUS: RIPV, EIPV, MCIP
  [0x179, readOnly(BigInt(model.machineCheckBanks))],
  [0x17a, stored(state.machineCheckStatus, (value) => value < 8n)],
  // IA32_MISC_ENABLE, IA32_DEBUGCTL, IA32_PAT
  [0x1a0, { read: ({ state: cpu }) => cpu.u64(state.miscEnable), write: writeMiscEnable }],
  [0x1d9, stored(state.debugControl, (value) => value === 0n)],
  [0x277, stored(state.pat, (value) => allBytes(value, patTypes))],
  // IA32_EFER, STAR, LSTAR, CSTAR, FMASK
  [0xc000_0080, { read: ({ state: cpu }) => BigInt(cpu.efer), write: writeEfer }],
  [0xc000_0081, stored(state.star)],
  [0xc000_0082, storedAddress(state.lstar)],
  [0xc000_0083, storedAddress(state.cstar)],
  [0xc000_0084, stored(state.fmask, (value) => value <= 0xffff_ffffn)],
  // IA32_FS_BASE, GS_BASE, KERNEL_GS_BASE, TSC_AUX
  [0xc000_0100, storedAddress(segmentBase(segment.fs))],
  [0xc000_0101, storedAddress(segmentBase(segment.gs))],
  [0xc000_0102, storedAddress(state.kernelGsBase)],
  [0xc000_0103, stored(state.tscAux, (value) => value <= 0xffff_ffffn)],
  ...mtrrs(),
])

export const modelRegisterInstructions: SystemInstructions = {
  RDMSR: (processor) => {
    const { state: cpu } = processor
    const value = registerAt(cpu).read(processor)
    cpu.setGeneral(0, value, 4)
    cpu.setGeneral(2, value >> 32n, 4)
    return 'next'
  },
  WRMSR: (processor) => {
    const { state: cpu } = processor
    registerAt(cpu).write(processor, (cpu.general(2, 4) << 32n) | cpu.general(0, 4))
    return 'refetch'
  },
}

/** The register that ECX names. @throws GuestFault #GP(0) */
function registerAt(cpu: CpuState): ModelRegister {
  const register = registers.get(Number(cpu.general(1, 4)))
  if (register) return register
  protect(true)
  throw new RangeError('a model-specific register without a number')
}

/** BSP, enable and a page; x2APIC mode (bit 10) is not there (SDM volume 3, 11.4.4). */
function isApicBase(value: bigint): boolean {
  return (value & (0x6ffn | abovePhysical)) === 0n
}

function writeApicBase(processor: Processor, value: bigint): void {
  apicBase.write(processor, value)
  processor.apic.moved()
}

function lowHalf(at: number): ModelRegister {
  return {
    read: ({ state: cpu }) => cpu.u64(at),
    write: ({ state: cpu }, value) => cpu.setU64(at, value & 0xffff_ffffn),
  }
}

function writeMiscEnable({ state: cpu }: Processor, value: bigint): void {
  const after = miscEnableAfter(cpu.u64(state.miscEnable), value)
  protect(after === null)
  cpu.setU64(state.miscEnable, after ?? 0n)
}

/** IA32_EFER (SDM volume 4, table 2-2; volume 3, 2.2.1): LMA is read-only, LME stands while paging is on. */
function writeEfer({ state: cpu, tlb }: Processor, value: bigint): void {
  const before = cpu.efer
  const changed = before ^ Number(value & knownEfer)
  const noNx = (cpu.u64(state.miscEnable) & miscEnableBit.executeDisable) !== 0n
  protect((value & ~knownEfer) !== 0n)
  protect(cpu.isPaging && (changed & eferBit.lme) !== 0)
  protect(noNx && (changed & Number(value) & eferBit.nxe) !== 0)
  cpu.setU64(state.efer, (value & ~BigInt(eferBit.lma)) | BigInt(before & eferBit.lma))
  if (changed & eferBit.nxe) tlb.flush(false)
}
