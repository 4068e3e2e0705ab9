import { state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import { type OptionalFeature, optionalFeature } from '../table/features.ts'

/**
 * The processor that guests see: everything about it that is a choice and no rule. It is an Intel processor
 * of the level x86-64-v2 with the system features of its age; what is not listed is not claimed and raises
 * #UD or #GP. AVX, MOVBE, LZCNT, BMI and TSX are not there.
 */
export const model = {
  vendor: 'GenuineIntel',
  brand: 'kerneltest x86-64-v2 CPU @ 1.00GHz',
  /** A Cannon Lake: it has all that is claimed here, and no kernel works around errata of it. */
  family: 6,
  model: 0x66,
  stepping: 3,
  microcodeRevision: 0x1,
  /** MAXPHYADDR. */
  physicalBits: 40,
  /** Leaf 1, ECX bit 31, is 0: guests take the paths that they take on hardware. */
  hypervisor: false as boolean,
  /** Time stamp counter, invariant: crystal × numerator / denominator (leaf 15h), 1.0022726 GHz. */
  clock: { crystalHz: 14_318_180, numerator: 70, denominator: 1 },
  /** MTRRcap: variable ranges; fixed ranges and write-combining are there too. */
  variableMtrrs: 8,
  /** MCG_CAP: nothing in this machine can go wrong, so no bank reports it. */
  machineCheckBanks: 0,
  /** Leaf 5: bytes that MONITOR watches. */
  monitorLineBytes: 64,
  caches: [
    { level: 1, type: 'data', ways: 8, sets: 64 },
    { level: 1, type: 'instruction', ways: 8, sets: 64 },
    { level: 2, type: 'unified', ways: 8, sets: 512 },
    { level: 3, type: 'unified', ways: 16, sets: 4096 },
  ],
} as const

/** Features by the name of their CPUID bit (SDM volume 2, CPUID). */
export const features = {
  leaf1Ecx: {
    sse3: 0,
    monitor: 3,
    ssse3: 9,
    cx16: 13,
    pcid: 17,
    sse41: 19,
    sse42: 20,
    popcnt: 23,
    xsave: 26,
    rdrand: 30,
  },
  leaf1Edx: {
    fpu: 0,
    vme: 1,
    de: 2,
    pse: 3,
    tsc: 4,
    msr: 5,
    pae: 6,
    mce: 7,
    cx8: 8,
    apic: 9,
    sep: 11,
    mtrr: 12,
    pge: 13,
    mca: 14,
    cmov: 15,
    pat: 16,
    pse36: 17,
    clflush: 19,
    mmx: 23,
    fxsr: 24,
    sse: 25,
    sse2: 26,
  },
  leaf7Ebx: {
    fsgsbase: 0,
    tscAdjust: 1,
    smep: 7,
    erms: 9,
    invpcid: 10,
    /** FCS and FDS of x87 are saved as 0. */
    noFcsFds: 13,
    smap: 20,
    clflushopt: 23,
    clwb: 24,
  },
  leaf7Ecx: { umip: 2 },
  leaf7Edx: { archCapabilities: 29 },
  leafDEax: { xsaveopt: 0 },
  extended1Ecx: { lahf64: 0 },
  extended1Edx: { nx: 20, pages1G: 26, rdtscp: 27, longMode: 29 },
  extended7Edx: { invariantTsc: 8 },
} as const

export function hasOptional(cpu: CpuState, feature: OptionalFeature): boolean {
  return (cpu.u32(state.optionalFeatures) & optionalFeature[feature]) !== 0
}

/** Bits of the linear addresses that this processor can have, whatever CR4.LA57 says at the moment. */
export function linearBits(cpu: CpuState): 48 | 57 {
  return hasOptional(cpu, 'la57') ? 57 : 48
}

/** CPUID.1.EAX: also EDX after reset (SDM volume 3, 10.1.2). */
export const signature =
  ((model.model >> 4) << 16) | (model.family << 8) | ((model.model & 15) << 4) | model.stepping

/** IA32_APIC_BASE, above which stands the address of a page. */
export const apicBaseBit = { enable: 0x800n } as const

/** XCR0 bits that can be set (SDM volume 1, 13.1). */
export const xcr0Bit = { x87: 1, sse: 2, pkru: 0x200 } as const

/** Where components stand in the area of XSAVE, without compaction (CPUID leaf Dh). */
export const extendedArea = { legacyBytes: 576, pkru: { offset: 2688, bytes: 8 } } as const

/** Bits of MXCSR that there are: MXCSR_MASK of FXSAVE. */
export const mxcsrMask = 0xffff

export function supportedXcr0(cpu: CpuState): number {
  return xcr0Bit.x87 | xcr0Bit.sse | (hasOptional(cpu, 'pku') ? xcr0Bit.pkru : 0)
}

/** Address bits at and above MAXPHYADDR: reserved where a physical address stands. */
export const abovePhysical = ((1n << 64n) - 1n) ^ ((1n << BigInt(model.physicalBits)) - 1n)
