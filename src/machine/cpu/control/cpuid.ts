import { cr4Bit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'
import { miscEnableBit } from './misc-enable.ts'
import {
  apicBaseBit,
  extendedArea,
  features,
  hasOptional,
  linearBits,
  model,
  signature,
  supportedXcr0,
  xcr0Bit,
} from './model.ts'

/** EAX, EBX, ECX, EDX, unsigned. */
export type Leaf = readonly [number, number, number, number]

const nothing: Leaf = [0, 0, 0, 0]
const lineBytes = 64
const highestBasic = 0x16
const highestExtended = 0x8000_0008
const clockHz = (model.clock.crystalHz * model.clock.numerator) / model.clock.denominator
const baseMhz = Math.floor(clockHz / 1e6)

/**
 * CPUID of a leaf and subleaf (SDM volume 2, CPUID). Bits that follow control registers are those of `cpu`.
 * A leaf past the highest answers as the highest basic one.
 */
function cpuid(cpu: CpuState, leaf: number, subleaf: number): Leaf {
  // IA32_MISC_ENABLE bit 22, which systems of the nineties wanted.
  const limited = (cpu.u64(state.miscEnable) & miscEnableBit.limitCpuid) !== 0n
  const highest = limited ? 2 : highestBasic
  if (leaf >= 0x8000_0000 && leaf <= highestExtended) return extendedLeaf(cpu, leaf)
  return basicLeaf(cpu, leaf <= highest ? leaf : highest, subleaf, highest)
}

export const cpuidInstructions: SystemInstructions = {
  CPUID: ({ state: cpu }) => {
    const [eax, ebx, ecx, edx] = cpuid(cpu, Number(cpu.general(0, 4)), Number(cpu.general(1, 4)))
    const registers = { eax: 0, ecx: 1, edx: 2, ebx: 3 }
    cpu.setGeneral(registers.eax, BigInt(eax), 4)
    cpu.setGeneral(registers.ebx, BigInt(ebx), 4)
    cpu.setGeneral(registers.ecx, BigInt(ecx), 4)
    cpu.setGeneral(registers.edx, BigInt(edx), 4)
    return 'next'
  },
}

function basicLeaf(cpu: CpuState, leaf: number, subleaf: number, highest: number): Leaf {
  switch (leaf) {
    case 0:
      return [highest, text(model.vendor, 0), text(model.vendor, 8), text(model.vendor, 4)]
    case 1:
      return [signature, ((lineBytes / 8) << 8) | (1 << 16), leaf1Ecx(cpu), leaf1Edx(cpu)]
    case 2:
      // Descriptors: 64-byte prefetching, a data TLB of 64 entries, and: leaf 4 knows the caches.
      return [0x00ff_0301, 0xf0, 0, 0]
    case 4:
      return cacheLeaf(subleaf)
    case 5:
      return [model.monitorLineBytes, model.monitorLineBytes, 0, 0]
    case 7:
      return subleaf === 0 ? leaf7(cpu) : nothing
    case 0xb:
      return topologyLeaf(subleaf)
    case 0xd:
      return extendedStateLeaf(cpu, subleaf)
    case 0x15:
      return [model.clock.denominator, model.clock.numerator, model.clock.crystalHz, 0]
    case 0x16:
      return [baseMhz, baseMhz, Math.floor(model.clock.crystalHz / 1e6), 0]
    default:
      return nothing
  }
}

function extendedLeaf(cpu: CpuState, leaf: number): Leaf {
  switch (leaf) {
    case 0x8000_0000:
      return [highestExtended, 0, 0, 0]
    case 0x8000_0001:
      return [0, 0, bitsOf(features.extended1Ecx), extended1Edx(cpu)]
    case 0x8000_0002:
    case 0x8000_0003:
    case 0x8000_0004: {
      const at = (leaf - 0x8000_0002) * 16
      return [0, 4, 8, 12].map((offset) => text(model.brand, at + offset)) as unknown as Leaf
    }
    case 0x8000_0006:
      return [0, 0, l2Cache(), 0]
    case 0x8000_0007:
      return [0, 0, 0, bitsOf(features.extended7Edx)]
    case 0x8000_0008:
      return [model.physicalBits | (linearBits(cpu) << 8), 0, 0, 0]
    default:
      return nothing
  }
}

/** The APIC is there while IA32_APIC_BASE enables it (SDM volume 3, 11.4.3). */
function leaf1Edx(cpu: CpuState): number {
  const { apic, ...others } = features.leaf1Edx
  const isThere = (cpu.u64(state.apicBase) & apicBaseBit.enable) !== 0n
  return bitsOf({ ...others, ...(isThere && { apic }) })
}

function leaf1Ecx(cpu: CpuState): number {
  const { monitor, ...others } = features.leaf1Ecx
  const monitors = (cpu.u64(state.miscEnable) & miscEnableBit.monitor) !== 0n
  const osxsave = 27
  const hypervisor = 31
  return bitsOf({
    ...others,
    ...(hasOptional(cpu, 'pclmulqdq') && { pclmulqdq: 1 }),
    ...(hasOptional(cpu, 'aes') && { aes: 25 }),
    ...(monitors && { monitor }),
    ...((cpu.cr4 & cr4Bit.osxsave) !== 0 && { osxsave }),
    ...(model.hypervisor && { hypervisor }),
  })
}

function leaf7(cpu: CpuState): Leaf {
  const ospke = 4
  const ecx = bitsOf({
    ...features.leaf7Ecx,
    ...(hasOptional(cpu, 'pku') && { pku: 3 }),
    ...((cpu.cr4 & cr4Bit.pke) !== 0 && { ospke }),
    ...(hasOptional(cpu, 'la57') && { la57: 16 }),
  })
  const ebx = bitsOf({ ...features.leaf7Ebx, ...(hasOptional(cpu, 'sha-ni') && { sha: 29 }) })
  return [0, ebx, ecx, bitsOf(features.leaf7Edx)]
}

/** Intel shows SYSCALL to 64-bit code only. */
function extended1Edx(cpu: CpuState): number {
  const { nx, ...others } = features.extended1Edx
  const executeDisabled = (cpu.u64(state.miscEnable) & miscEnableBit.executeDisable) !== 0n
  return bitsOf({ ...others, ...(!executeDisabled && { nx }), ...(cpu.is64Bit && { syscall: 11 }) })
}

/** Leaf 4: one cache a subleaf, for one thread of one core. */
function cacheLeaf(subleaf: number): Leaf {
  const cache = model.caches[subleaf]
  if (!cache) return nothing
  const type = { data: 1, instruction: 2, unified: 3 }[cache.type]
  const selfInitializing = 1 << 8
  return [
    type | (cache.level << 5) | selfInitializing,
    (((cache.ways - 1) << 22) | (lineBytes - 1)) >>> 0,
    cache.sets - 1,
    0,
  ]
}

/** Kilobytes, an associativity of 8, bytes a line. */
function l2Cache(): number {
  const l2 = model.caches.find(({ level }) => level === 2)
  const kilobytes = l2 ? (l2.ways * l2.sets * lineBytes) / 1024 : 0
  const eightWays = 6
  return ((kilobytes << 16) | (eightWays << 12) | lineBytes) >>> 0
}

/** Leaf Bh: one thread, one core, x2APIC ID 0. */
function topologyLeaf(subleaf: number): Leaf {
  const kind = { 0: 1, 1: 2 }[subleaf] ?? 0
  return [0, kind === 0 ? 0 : 1, (subleaf & 0xff) | (kind << 8), 0]
}

/**
 * Leaf Dh (SDM volume 1, 13.2): the legacy region and header, then PKRU where it stands without compaction.
 */
function extendedStateLeaf(cpu: CpuState, subleaf: number): Leaf {
  const { legacyBytes, pkru } = extendedArea
  const sizeFor = (xcr0: number) => (xcr0 & xcr0Bit.pkru ? pkru.offset + pkru.bytes : legacyBytes)
  const supported = supportedXcr0(cpu)
  if (subleaf === 0) return [supported, sizeFor(cpu.u32(state.xcr0)), sizeFor(supported), 0]
  if (subleaf === 1) return [bitsOf(features.leafDEax), 0, 0, 0]
  if (subleaf === 9 && supported & xcr0Bit.pkru) return [pkru.bytes, pkru.offset, 0, 0]
  return nothing
}

function bitsOf(bits: Readonly<Record<string, number>>): number {
  return Object.values(bits).reduce((all, bit) => (all | (1 << bit)) >>> 0, 0)
}

/** Four characters as a register holds them. */
function text(from: string, at: number): number {
  return [3, 2, 1, 0].reduce((all, index) => ((all << 8) | (from.charCodeAt(at + index) || 0)) >>> 0, 0)
}
